"""The page of a scenario: where the client runs."""

from typing import Literal

from pydantic import Field, model_validator

from lab.scenario.base import Model
from lab.scenario.wrong import wrong


class Page(Model):
    """The page that the client runs in."""

    scheme: Literal["http", "https"] = Field("http", description="How the page and the endpoint are served.")
    endpoint_scheme: Literal["http", "https"] | None = Field(
        None, description="How the endpoint is served, where it is not served as the page is."
    )
    origin: Literal["same", "cross", "file"] = Field(
        "same",
        description="Whether the endpoint has the page's origin or another host's; file: the page comes from disk.",
    )
    persona: str | None = Field(
        None,
        description="The older browser that the engine is masked as (`lab browsers` lists them); itself where null.",
    )
    cookies: Literal["default", "refuse third-party", "accept"] = Field(
        "default", description="Which cookies the browser keeps; as the engine does by itself where default."
    )
    document_domain: bool = Field(
        False, description="Whether the page sets document.domain, as htmlfile needs in Firefox and WebKit."
    )
    url: str | None = Field(
        None,
        description=(
            "A page of your own in place of the lab's; the client in it is recorded. {origin} stands for the origin "
            "of the server behind the network."
        ),
    )

    @model_validator(mode="after")
    def _own_page_is_nobodys(self) -> "Page":
        if self.url is not None and self.origin == "file":
            raise wrong('"url" beside "origin: file"', "a file:// URL alone, or the lab's page from a file")
        return self
