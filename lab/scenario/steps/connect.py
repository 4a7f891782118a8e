"""connect: create a client."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds
from lab.scenario.urls import check_braces
from lab.scenario.wrong import wrong


class Connect(StepModel):
    """Create a client and wait until it is open, or until it has given up."""

    main_argument: ClassVar[str | None] = "name"
    step: Literal["connect"] = Field("connect", description="Which step this is.")
    name: str = Field(MAIN, min_length=1, description="What the other steps call the connection.")
    url: str | None = Field(
        None,
        description=(
            "The URL given to the client; {endpoint} stands for the endpoint's own, {http}, {https}, {ws} and {wss} "
            "for the same with that scheme. Where null: {endpoint}."
        ),
    )
    raw: bool = Field(False, description="Whether to open the URL's raw /websocket with a plain WebSocket instead.")
    tab: str = Field(MAIN, min_length=1, description="The tab that it is created in, by its name.")
    on_failure: Literal["stop", "continue"] = Field(
        "stop", description="What becomes of the steps that follow where the client gives up before it is open."
    )
    wait: bool = Field(True, description="Whether to wait until it is open or has given up.")
    throws: str | None = Field(
        None, description="What the client must throw at once: a part of its message. No connection is made then."
    )
    within: Milliseconds = Field(
        60_000.0, gt=0, description="How long to wait for the client to be open or to have given up."
    )

    @model_validator(mode="after")
    def _fills_in(self) -> "Connect":
        # What the client throws at may be anything.
        if self.url is not None and self.throws is None:
            check_braces(self.url, ("endpoint", "http", "https", "ws", "wss"), at="url")
        return self

    @model_validator(mode="after")
    def _one_end(self) -> "Connect":
        if self.raw and self.throws is not None:
            raise wrong('"throws" beside "raw"', "one of them: what throws is the client")
        return self
