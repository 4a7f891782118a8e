"""receive: wait for messages."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from lab.scenario.step import OnConnection
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong


class Receive(OnConnection):
    """Wait for the next message; for as many as are wanted; or, with `count: 0`, see that none comes for a while."""

    main_argument: ClassVar[str | None] = "text"
    step: Literal["receive"] = Field("receive", description="Which step this is.")
    text: str | None = Field(None, description="The text that it must have; any where null.")
    count: int = Field(
        1, ge=0, le=100_000, description="How many messages to wait for; 0: none may come, in all of `within`."
    )
    within: Milliseconds = Field(5_000.0, gt=0, description="How long to wait for it, or for all of them.")

    @model_validator(mode="after")
    def _one_text(self) -> "Receive":
        if self.text is not None and self.count != 1:
            raise wrong('"text" beside "count"', "one of them")
        return self
