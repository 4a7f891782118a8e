"""screenshot: keep a picture of the page."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lab.forms import Form
from lab.scenario.step import MAIN, StepModel

FileName = Annotated[
    str,
    Form(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        "a file's name without a folder: up to 64 letters, digits, ., _ and -, the first a letter or a digit",
    ),
]
"""The name of a file that a case leaves behind."""


class Screenshot(StepModel):
    """Keep a picture of the page among the case's files."""

    main_argument: ClassVar[str | None] = "name"
    step: Literal["screenshot"] = Field("screenshot", description="Which step this is.")
    name: FileName = Field("page", description="The name of its file, without .png.")
    tab: str = Field(MAIN, min_length=1, description="The tab that is shown, by its name.")
