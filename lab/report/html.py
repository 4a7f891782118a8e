"""report.html: one page about a run, for people.

The page stands on its own: it opens from disk, fetches nothing, and its content security policy lets
nothing run or style it but what was written into it here. Every word of a scenario, a server or a browser is
escaped by Jinja; the one thing that follows them, the path of an artefact, is made relative first.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lab.report import words
from lab.report.chart import Chart, chart_of
from lab.report.files import replace
from lab.report.grid import grid_of
from lab.timeline.results import CaseResult, RunResult

NAME = "report.html"

_templates = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Hop:
    """One hop of the chain from the browser to the server."""

    name: str
    text: str
    blamed: bool
    """Whether the diagnosis names it."""


@dataclass(frozen=True)
class View:
    """One case as the page shows it."""

    case: CaseResult
    anchor: str
    charts: list[Chart]
    hops: list[Hop]
    artefacts: list[tuple[str, str, str | None]]
    """Kind, path, and the link to it; None where the path is not one below the run's folder."""


@dataclass(frozen=True)
class Group:
    """All cases of one scenario, whose title and prose stand above them once."""

    scenario: str
    title: str
    why: str
    tags: list[str]
    views: list[View]


def write(run: RunResult, folder: Path) -> Path:
    """Write report.html into ``folder``."""
    return replace(folder / NAME, page(run).encode("utf-8"))


def page(run: RunResult) -> str:
    """The page's text."""
    views = _views(run.cases)
    style = (_templates / "report.css").read_text(encoding="utf-8")
    script = (_templates / "report.js").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            grid=grid_of(run.cases),
            views=views,
            groups=_groups(views),
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def link(path: str) -> str | None:
    """A relative link to ``path`` below the page's folder, or None where the path leads elsewhere.

    Each part is percent-encoded, colons too: what reads ``javascript:...`` becomes the name of a file.
    """
    parts = path.split("/")
    if not path or ".." in parts or path.startswith("/"):
        return None
    return "/".join(quote(part.encode("utf-8", "backslashreplace"), safe="") for part in parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.globals.update(
        signs=words.SIGNS,
        verdict=words.verdict,
        counts=words.counts,
        diagnosed=words.diagnosed,
        matrix_words=words.matrix_words,
    )
    environment.filters.update(
        duration=words.duration,
        exactly=_exactly,
        moment=words.moment,
        way_told=lambda case: words.way_told(case, "→"),
    )
    return environment


def _finalize(value: object) -> object:
    """What any expression of the template comes to, before it is escaped."""
    return words.visible(value, keep="\t\n") if isinstance(value, str) and not isinstance(value, Markup) else value


def _exactly(ms: float) -> str:
    return f"{ms:,.1f}".removesuffix(".0") + " ms"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _views(cases: list[CaseResult]) -> list[View]:
    taken: set[str] = set()
    views = []
    for case in cases:
        stem = anchor = "case-" + (re.sub(r"[^A-Za-z0-9]+", "-", case.id).strip("-") or "unnamed")
        again = 2
        while anchor in taken:
            anchor, again = f"{stem}-{again}", again + 1
        taken.add(anchor)
        charts = [
            # The case's open_ms is of its first connection.
            chart_of(name, attempts, open_ms=case.open_ms if number == 0 else None)
            for number, (name, attempts) in enumerate(words.by_connection(case.attempts).items())
        ]
        artefacts = [(kind, path, link(path)) for kind, path in case.artefacts.items()]
        views.append(View(case, anchor, charts, _hops(case), artefacts))
    return views


def _hops(case: CaseResult) -> list[Hop]:
    """The hops under the numbers by which events and diagnosis speak of them."""
    blamed = {entry.hop for entry in case.diagnosis}
    names = [f"hop{number}" for number, _ in enumerate(case.network, start=1)]
    return [
        Hop(name, re.sub(rf"^{name}: ", "", line), name in blamed)
        for name, line in zip(names, case.network, strict=True)
    ]


def _groups(views: list[View]) -> list[Group]:
    groups: dict[str, Group] = {}
    for view in views:
        case = view.case
        group = groups.setdefault(case.scenario, Group(case.scenario, case.title, case.why, case.tags, []))
        group.views.append(view)
    return list(groups.values())
