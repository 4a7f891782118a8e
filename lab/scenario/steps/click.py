"""click: press an element of the page."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds


class Click(StepModel):
    """Press an element of the page."""

    main_argument: ClassVar[str | None] = "selector"
    step: Literal["click"] = Field("click", description="Which step this is.")
    selector: str = Field(min_length=1, description="The element, as Playwright finds it: text=Log in, #send ...")
    tab: str = Field(MAIN, min_length=1, description="The tab, by its name.")
    within: Milliseconds = Field(5_000.0, gt=0, description="How long to wait for the element.")
