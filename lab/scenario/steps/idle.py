"""idle: do nothing for a while."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import StepModel
from lab.scenario.units import Milliseconds


class Idle(StepModel):
    """Do nothing for a while, with the connections as they are."""

    main_argument: ClassVar[str | None] = "for"
    step: Literal["idle"] = Field("idle", description="Which step this is.")
    duration: Milliseconds = Field(alias="for", gt=0, description="How long to do nothing.")
