"""navigate: leave the page for another."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from lab.scenario.step import MAIN, StepModel
from lab.scenario.urls import check_url

_URL = "{page}, about:blank, or a URL with http://, https:// or file://"


def _check_url(value: str) -> str:
    schemes = ("about", "http", "https", "file", "data", "chrome")
    return check_url(value, schemes=schemes, beginning="page", expected=_URL)


class Navigate(StepModel):
    """Leave the page for another; its connections end with it."""

    main_argument: ClassVar[str | None] = "to"
    step: Literal["navigate"] = Field("navigate", description="Which step this is.")
    to: Annotated[str, AfterValidator(_check_url)] = Field(
        "about:blank", description="The URL; {page} stands for the lab's own page."
    )
    tab: str = Field(MAIN, min_length=1, description="The tab that navigates, by its name.")
