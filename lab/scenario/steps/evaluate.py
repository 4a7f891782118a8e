"""evaluate: run a script in the page."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel


class Evaluate(StepModel):
    """Run a script in the page; what it throws is the step's failure."""

    main_argument: ClassVar[str | None] = "script"
    step: Literal["evaluate"] = Field("evaluate", description="Which step this is.")
    script: str = Field(min_length=1, description="An expression or a function, in JavaScript; promises are awaited.")
    equals: Any = Field(None, description="What it must come to; anything where left out.")
    tab: str = Field(MAIN, min_length=1, description="The tab, by its name.")
