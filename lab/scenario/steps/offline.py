"""offline: take the browser off the network for a while."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds


class Offline(StepModel):
    """Take the browser off the network for a while, as its own switch does."""

    main_argument: ClassVar[str | None] = "for"
    step: Literal["offline"] = Field("offline", description="Which step this is.")
    duration: Milliseconds = Field(alias="for", gt=0, description="How long it stays offline.")
    tab: str = Field(MAIN, min_length=1, description="The tab that is offline, by its name.")
