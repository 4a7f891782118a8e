"""wait for: wait until the page shows something, a connection gets somewhere, or the server knows that it ended."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong
from lab.units import DURATION


class WaitFor(StepModel):
    """Wait until the page shows an element or a text, a connection has come somewhere, or its session has ended."""

    main_argument: ClassVar[str | None] = "selector"
    one_of: ClassVar[tuple[str, ...]] = ("selector", "text", "state", "session")
    step: Literal["wait for"] = Field("wait for", description="Which step this is.")
    selector: str | None = Field(None, min_length=1, description="The element, as Playwright finds it.")
    text: str | None = Field(None, min_length=1, description="The text that the page must show.")
    state: Literal["open", "closed", "heartbeat"] | None = Field(None, description="What a connection must come to.")
    session: Literal["closed"] | None = Field(
        None, description="What the lab's own server must have made of a connection's session, whoever ended it."
    )
    connection: str = Field(MAIN, min_length=1, description="Which connection, by its name.")
    tab: str = Field(MAIN, min_length=1, description="The tab, by its name.")
    within: Milliseconds = Field(10_000.0, gt=0, description="How long to wait.")

    @field_validator("selector")
    @classmethod
    def _is_an_element(cls, selector: str | None) -> str | None:
        if selector in ("open", "closed", "heartbeat"):
            raise wrong("a state, where an element is waited for", f"{{state: {selector}}}")
        if selector is not None and DURATION.fullmatch(selector):
            raise wrong("a time, where an element is waited for", f'"idle: {selector}", or an element')
        return selector
