"""screenshot: keep a picture of the page."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import MAIN, StepModel


class Screenshot(StepModel):
    """Keep a picture of the page among the case's files."""

    main_argument: ClassVar[str | None] = "name"
    step: Literal["screenshot"] = Field("screenshot", description="Which step this is.")
    name: str = Field("page", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="The name of its file.")
    tab: str = Field(MAIN, min_length=1, description="The tab that is shown, by its name.")
