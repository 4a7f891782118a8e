"""reload: load the page again."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel


class Reload(StepModel):
    """Load the page again, as a user would; its connections end with it."""

    likely_key: ClassVar[str] = "tab"
    step: Literal["reload"] = Field("reload", description="Which step this is.")
    tab: str = Field(MAIN, min_length=1, description="The tab that is reloaded, by its name.")
