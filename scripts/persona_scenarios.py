"""The scenarios of scenarios/personas/, from what the personas say."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from lab.browser import personas
from lab.browser.personas import COLUMNS, PAGES, Column, PageKind, Persona, column_of
from lab.timeline.words import listed

FOLDER = Path(__file__).resolve().parent.parent / "scenarios" / "personas"

_TITLES = {
    "websocket": "What older browsers open on where nothing is in the way",
    "streaming": "What older browsers open on without websocket",
    "polling": "What older browsers open on with polling alone",
}
_PAGES = {"http": "the page from http or https", "file": "the page from disk"}
_TABLES = {
    "http": "supported-transports-by-browser-html-served-from-http-or-https",
    "file": "supported-transports-by-browser-html-served-from-file",
}
_SPOKEN = "rfc6455"
"""The protocol that today's engines speak, as the README names it."""


def scenario(kind: PageKind, column: Column) -> str:
    """The text of one file: a column of one of the two tables in the client's README."""
    names = personas.names()
    lines = [
        "# yaml-language-server: $schema=../schema.json",
        f"title: {_TITLES[column]}, {_PAGES[kind]}",
        "why: >",
        f"  The column {column} of the client's own table, cell by cell: the unmodified client, in an engine that",
        "  offers what that browser offered",
        f"  (https://github.com/sockjs/sockjs-client#{_TABLES[kind]}).",
        "  A cell that is not as the README has it says why.",
        "tags: [personas]",
        f"page: {{origin: {'cross' if kind == 'http' else 'file'}}}",
        f"client: {{transports: [{', '.join(personas.transports_from(column))}]}}",
        "matrix:",
        f"  page.persona: [{', '.join(map(_quoted, names))}]",
        f"  page.scheme: [{'http, https' if kind == 'http' else 'http'}]",
        "  include:",
        *(line for name in names for line in _cell(kind, column, personas.find(name))),
        *(line for name in over_tls(kind, column) for line in _cell(kind, column, personas.find(name), "https")),
        "expect:",
        "  delivery: exactly once, in order",
    ]
    return "\n".join(lines) + "\n"


def over_tls(kind: PageKind, column: Column) -> list[str]:
    """The personas whose page from disk meets an endpoint on https, too: one for each transport that is chosen."""
    if kind == "http":
        return []  # All of them do.
    chosen = {personas.find(name).chosen(kind, column): name for name in reversed(personas.names())}
    return sorted(chosen.values())


def why(kind: PageKind, column: Column, persona: Persona) -> str:
    """Why the cell is not what the README says, or not at once; empty where it is."""
    chosen = persona.chosen(kind, column)
    passed = COLUMNS[COLUMNS.index(column) : COLUMNS.index(column_of(chosen)) + 1]
    differs = [one for one in persona.differs if one.page == kind and one.column in passed]
    found = []
    for reason in dict.fromkeys(one.why for one in differs):
        cells = listed([f"{one.readme} for {one.column}" for one in differs if one.why == reason])
        found.append(f"The README says {cells}. {reason}")
    protocol = persona.websocket_protocol
    if chosen == "websocket" and protocol != _SPOKEN:
        found.append(
            f"The README says {protocol}, by which the browser spoke. The transport is reproduced, a draft is not: "
            "today's engines speak RFC 6455, and a page has no other way to a socket."
        )
    if len(persona.attempts(kind, column)) > 1:
        found.append(
            "The browser's EventSource threw at another origin. The client does not expect that of a transport, and "
            "goes on only when eventsource's time is up."
        )
    return " ".join(found)


def _cell(kind: PageKind, column: Column, persona: Persona, scheme: str = "") -> Iterator[str]:
    attempts = ", ".join(f"{transport}: {outcome}" for transport, outcome in persona.attempts(kind, column))
    yield f"    - page.persona: {_quoted(persona.name)}"
    if scheme:
        yield f"      page.scheme: {scheme}"
    if persona.cookie_needed:
        yield "      server.cookie: true"
    yield f"      expect.transport: {persona.chosen(kind, column)}"
    yield f"      expect.only_attempts: [{attempts}]"
    if told := why(kind, column, persona):
        yield "      why: >"
        yield from textwrap.wrap(told, 110, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False)


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name else name


def files() -> dict[Path, str]:
    """Every file and what belongs into it."""
    return {FOLDER / f"{kind}-{column}.yaml": scenario(kind, column) for kind in PAGES for column in COLUMNS}
