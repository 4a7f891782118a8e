"""navigate: leave the page for another."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel


class Navigate(StepModel):
    """Leave the page for another; its connections end with it."""

    main_argument: ClassVar[str | None] = "to"
    step: Literal["navigate"] = Field("navigate", description="Which step this is.")
    to: str = Field("about:blank", description="The URL; {page} stands for the lab's own page.")
    tab: str = Field(MAIN, min_length=1, description="The tab that navigates, by its name.")
