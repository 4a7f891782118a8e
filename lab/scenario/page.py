"""The page of a scenario: where the client runs."""

from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lab.forms import Form
from lab.scenario.base import Model, Reading
from lab.scenario.files import check_file
from lab.scenario.urls import check_url
from lab.scenario.wrong import wrong

_DOMAIN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
_SCHEMES = ("http", "https", "file", "data", "about")
_URL = "a path behind {origin}, such as {origin}/app.html, or a URL with http://, https:// or file://"


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
    domain: Annotated[str, Form(_DOMAIN, "the name of a domain, such as example.test")] = Field(
        "example.test",
        description=(
            "The made-up domain of the page (www.) and of an endpoint of another origin (sock.), where a forward or "
            "SOCKS proxy is told names; elsewhere they are app.localhost and sock.localhost."
        ),
    )
    persona: str | None = Field(
        None,
        description="The older browser that the engine is masked as; itself where null.",
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

    @field_validator("persona")
    @classmethod
    def _is_known(cls, persona: str | None, info: ValidationInfo) -> str | None:
        known = info.context.personas if isinstance(info.context, Reading) else None
        if persona is not None and known is not None and persona not in known:
            raise wrong("unknown persona", options=known, word=persona)
        return persona

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None:
            return url
        check_url(url, schemes=_SCHEMES, beginning="origin", expected=_URL)
        if url.lower().startswith("file:"):
            check_file(unquote(urlsplit(url).path), info.context)
        return url

    @model_validator(mode="after")
    def _own_page_is_nobodys(self) -> "Page":
        if self.url is not None and self.origin == "file":
            raise wrong('"url" beside "origin: file"', "a file:// URL alone, or the lab's page from a file")
        return self
