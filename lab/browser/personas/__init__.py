"""Personas: what older browsers offered, as masks over any engine; one file each, found by its place.

A file ``NAME.yaml`` here is the persona ``NAME``. It says what the browser offered to sockjs-client, where
each fact is from, and what the unmodified client then chooses, cell by cell of the two tables in the client's
README (by column: the highest transport of its kind, with all above it blocked).
"""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lab.errors import UsageError
from lab.sockjs.transports import TRANSPORTS, TransportName

Column = Literal["websocket", "streaming", "polling"]
"""A column of the README's tables."""
PageKind = Literal["http", "file"]
"""Which table: a page from http:// or https:// with the endpoint on another host, or a page from file://."""

COLUMNS: tuple[Column, ...] = get_args(Column)
PAGES: tuple[PageKind, ...] = get_args(PageKind)

_FOLDER = Path(__file__).resolve().parent
_POLLING = {"xhr-polling", "xdr-polling", "iframe-xhr-polling", "jsonp-polling"}


def column_of(transport: TransportName) -> Column:
    """The column that a transport belongs to."""
    if transport == "websocket":
        return "websocket"
    return "polling" if transport in _POLLING else "streaming"


def transports_from(column: Column) -> list[TransportName]:
    """What is left for the client (its ``transports``) when everything above ``column`` is blocked."""
    left = COLUMNS[COLUMNS.index(column) :]
    return [transport for transport in TRANSPORTS if column_of(transport) in left]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Offers(_Model):
    """What the client can ask about."""

    websocket: Literal["none", "WebSocket", "MozWebSocket"]
    """The name of the constructor."""
    event_source: Literal["none", "same-origin", "cross-origin"]
    xhr: Literal["activex", "same-origin", "cross-origin"]
    """XMLHttpRequest: only as an ActiveX object, within one origin, or with CORS (``withCredentials``)."""
    xdomain_request: bool
    post_message: bool
    activex: bool
    """ActiveXObject, and with it ``htmlfile``."""


class Cells(_Model):
    """One row of a table: a transport in each column, None where there is none."""

    websocket: TransportName | None
    streaming: TransportName | None
    polling: TransportName


class Difference(_Model):
    """A cell in which the README says something else than what the client does."""

    page: PageKind
    column: Column
    readme: str
    """What the README says."""
    why: str


class Persona(_Model):
    """One older browser."""

    name: str
    title: str
    user_agent: str
    offers: Offers
    sources: dict[str, str]
    """Where each fact of `offers`, and the user agent, is from."""
    websocket_protocol: str | None = None
    """What it spoke on the wire, as the README has it; today's engines always speak RFC 6455."""
    cookie_needed: bool = False
    """Whether the row is for a server that needs its cookie (``cookie_needed`` in ``/info``)."""
    chooses: dict[PageKind, Cells] = Field(min_length=len(PAGES))
    """What the unmodified client chooses."""
    differs: tuple[Difference, ...] = ()

    @field_validator("sources")
    @classmethod
    def _every_fact_has_a_source(cls, sources: dict[str, str]) -> dict[str, str]:
        if missing := {*Offers.model_fields, "user_agent"} - sources.keys():
            raise ValueError(f"no source for {', '.join(sorted(missing))}")
        return sources

    @model_validator(mode="after")
    def _each_choice_is_in_its_column(self) -> "Persona":
        for cells in self.chooses.values():
            for column in COLUMNS:
                chosen = getattr(cells, column)
                if chosen is not None and column_of(chosen) != column:
                    raise ValueError(f"{chosen} is no {column} transport")
        return self

    def chosen(self, page: PageKind, column: Column) -> TransportName:
        """What a client opens on that may use `transports_from` ``column``: a cell, or the next that is not empty."""
        cells = self.chooses[page]
        left = (getattr(cells, each) for each in COLUMNS[COLUMNS.index(column) :])
        return next(transport for transport in left if transport is not None)

    def attempts(self, page: PageKind, column: Column) -> list[tuple[TransportName, str]]:
        """What that client tries, in order, as transport and outcome: what it chooses, and at most one more.

        It knows all others to be of no use, but takes any EventSource for one that crosses origins.
        """
        chosen = self.chosen(page, column)
        left = transports_from(column)
        in_vain = (
            self.offers.event_source == "same-origin"
            and "eventsource" in left
            and left.index(chosen) > left.index("eventsource")
        )
        opened: tuple[TransportName, str] = (chosen, "opened")
        return [("eventsource", "failed"), opened] if in_vain else [opened]

    def script(self) -> str:
        """The JavaScript that puts the masks on, to run before the client loads, in the page and in its iframe."""
        given = json.dumps({"user_agent": self.user_agent, "offers": self.offers.model_dump()})
        return f"{(_FOLDER / 'masks.js').read_text('utf-8').rstrip()}({given});\n"


def names() -> list[str]:
    """The names of all personas, sorted."""
    return sorted(path.name.removesuffix(".yaml") for path in _FOLDER.glob("*.yaml"))


@cache
def find(name: str) -> Persona:
    """The persona of this name; raises `UsageError` for an unknown one."""
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"There is no persona named {name}.", remedy=f"{guess}The personas are {', '.join(known)}.")
    return Persona.model_validate(_merged(name) | {"name": name})


def _merged(name: str) -> dict[str, Any]:
    """What a file says; ``like`` names another whose words stand for what this one leaves out."""
    said: dict[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    base = said.pop("like", None)
    if base is None:
        return said
    under = _merged(base)
    joined = {key: under[key] | said[key] for key in ("offers", "sources") if key in under and key in said}
    return under | said | joined
