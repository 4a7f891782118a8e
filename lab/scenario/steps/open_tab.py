"""open tab: open another tab with the page."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import StepModel


class OpenTab(StepModel):
    """Open another tab of the same browser with the same page."""

    main_argument: ClassVar[str | None] = "name"
    step: Literal["open tab"] = Field("open tab", description="Which step this is.")
    name: str = Field(min_length=1, description="What the other steps call the tab.")
