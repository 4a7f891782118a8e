"""sleep: stop the page's timers, as a laptop with its lid closed does."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds


class Sleep(StepModel):
    """Stop the page for a while, as a laptop that sleeps does: no timer fires, nothing is read."""

    main_argument: ClassVar[str | None] = "for"
    step: Literal["sleep"] = Field("sleep", description="Which step this is.")
    duration: Milliseconds = Field(alias="for", gt=0, description="How long it sleeps.")
    tab: str = Field(MAIN, min_length=1, description="The tab that is stopped, by its name.")
