"""fill: write into a field of the page."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel
from lab.scenario.units import Milliseconds


class Fill(StepModel):
    """Write into a field of the page."""

    likely_key: ClassVar[str] = "selector"
    step: Literal["fill"] = Field("fill", description="Which step this is.")
    selector: str = Field(min_length=1, description="The field, as Playwright finds it: #name, [name=user] ...")
    text: str = Field(description="What is written.")
    tab: str = Field(MAIN, min_length=1, description="The tab, by its name.")
    within: Milliseconds = Field(5_000.0, gt=0, description="How long to wait for the field.")
