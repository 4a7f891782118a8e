"""The scenarios of scenarios/personas/, from what the personas say."""

from pathlib import Path

from lab.browser import personas
from lab.browser.personas import COLUMNS, PAGES, Column, PageKind

FOLDER = Path(__file__).resolve().parent.parent / "scenarios" / "personas"

_TITLES = {
    "websocket": "What older browsers open on where nothing is in the way",
    "streaming": "What older browsers open on without websocket",
    "polling": "What older browsers open on with polling alone",
}
_PAGES = {"http": "the page from http or https", "file": "the page from disk"}


def scenario(kind: PageKind, column: Column) -> str:
    """The text of one file: a column of one of the two tables in the client's README."""
    names = personas.names()
    lines = [
        "# yaml-language-server: $schema=../schema.json",
        f"title: {_TITLES[column]}, {_PAGES[kind]}",
        "why: >",
        f"  The column {column} of the client's own table (https://github.com/sockjs/sockjs-client#supported-transports-by-",
        "  browser), cell by cell: the unmodified client, in an engine that offers what that browser offered.",
        "tags: [personas]",
        f"page: {{origin: {'cross' if kind == 'http' else 'file'}}}",
        f"client: {{transports: [{', '.join(personas.transports_from(column))}]}}",
        "matrix:",
        f"  page.persona: [{', '.join(map(_quoted, names))}]",
        *(["  page.scheme: [http, https]"] if kind == "http" else []),
        "  include:",
        *(_cell(kind, column, name) for name in names),
        "expect:",
        "  delivery: exactly once, in order",
    ]
    return "\n".join(lines) + "\n"


def _cell(kind: PageKind, column: Column, name: str) -> str:
    persona = personas.find(name)
    cookie = ", server.cookie: true" if persona.cookie_needed else ""
    return f"    - {{page.persona: {_quoted(name)}, expect.transport: {persona.chosen(kind, column)}{cookie}}}"


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name else name


def files() -> dict[Path, str]:
    """Every file and what belongs into it."""
    return {FOLDER / f"{kind}-{column}.yaml": scenario(kind, column) for kind in PAGES for column in COLUMNS}
