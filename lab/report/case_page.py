"""The page of one case: why, then when, then what was different where, and the files that show it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from lab.report import pages, words
from lab.report.chart import Chart, chart_of
from lab.report.compare import Changes
from lab.report.differences import differences_of, talks_of
from lab.report.drawing import drawing_of
from lab.report.source import marked
from lab.timeline.results import CaseResult, RunResult
from lab.timeline.tree import TIMELINE_VERSION, Timeline

_UP = "../"

HOW: Mapping[str, tuple[str, str]] = {
    "events": ("Everything that was seen, one JSON object per line.", ""),
    "timeline": ("What this page draws, as JSON.", ""),
    "har": ("The exchanges as the vantage nearest to the browser saw them; browsers' developer tools import it.", ""),
    "flows": ("What the hop's proxy saw:", "mitmweb -r {file}"),
    "trace": ("What Playwright recorded in the browser:", "playwright show-trace {file}"),
    "traceback": ("Where in the lab it failed.", ""),
}
"""What each kind of file is, and how to open it."""


@dataclass(frozen=True)
class Hop:
    """One hop of the chain from the browser to the server."""

    name: str
    text: str
    blamed: bool
    """Whether the diagnosis names it."""


@dataclass(frozen=True)
class File:
    """One artefact."""

    kind: str
    path: str
    href: str | None
    """None where there is no such file below the run's folder."""
    how: str
    command: str


def case_page(
    run: RunResult,
    place: int,
    names: Sequence[str],
    *,
    folder: Path | None = None,
    changes: Changes | None = None,
    library: bool = True,
) -> bytes:
    """The bytes of the page of the case at ``place``; ``names`` are those of all cases' pages."""
    case = run.cases[place]
    timeline = read_timeline(case, folder)
    source = marked(case)
    hops = hops_of(case)
    files = [_file(kind, path, folder) for kind, path in case.artefacts.items()]
    return pages.render(
        "case.html.j2",
        up=_UP,
        run=run,
        case=case,
        number=place + 1,
        before=names[place - 1] if place else None,
        after=names[place + 1] if place + 1 < len(names) else None,
        change=changes.of(case.id) if changes else None,
        found=words.causes(case),
        charts=_charts(case, timeline),
        hops=hops,
        drawing=pages.as_data(drawing_of(timeline, case)) if timeline else None,
        differences=differences_of(timeline) if timeline else [],
        talks=talks_of(timeline) if timeline else [],
        source=source.lines,
        unplaced=source.unplaced,
        pictures=[(file.kind, file.href) for file in files if file.href and _shows(file.path)],
        artefacts=files,
        library=library,
    )


def read_timeline(case: CaseResult, folder: Path | None) -> Timeline | None:
    """The case's timeline.json; None where there is none, or one that this lab does not read."""
    path = case.artefacts.get("timeline")
    if folder is None or path is None or _link(path) is None:
        return None
    try:
        timeline = Timeline.model_validate_json((folder / path).read_bytes(), extra="ignore")
    except (OSError, ValueError, ValidationError):
        return None
    return timeline if timeline.version == TIMELINE_VERSION and timeline.connections else None


def _charts(case: CaseResult, timeline: Timeline | None) -> list[Chart]:
    """A chart for each connection, all on the clock of the first; the case's open_ms is of that one."""
    created = {connection.name: connection.start_ms for connection in timeline.connections} if timeline else {}
    charts: list[Chart] = []
    for name, attempts in words.by_connection(case.attempts).items():
        zero = (charts[0].zero_ms, charts[0].zero_is) if charts else None
        open_ms = None if charts else case.open_ms
        charts.append(chart_of(name, attempts, open_ms=open_ms, created_ms=created.get(name), zero=zero))
    return charts


def hops_of(case: CaseResult) -> list[Hop]:
    """The hops under the numbers by which events and diagnosis speak of them."""
    blamed = {entry.hop for entry in case.diagnosis}
    names = [f"hop{number}" for number, _ in enumerate(case.network, start=1)]
    return [
        Hop(name, re.sub(rf"^{name}: ", "", line), name in blamed)
        for name, line in zip(names, case.network, strict=True)
    ]


def _link(path: str) -> str | None:
    return pages.link(path, _UP)


def _shows(path: str) -> bool:
    return path.lower().endswith(".png")


def _file(kind: str, path: str, folder: Path | None) -> File:
    href = _link(path)
    if href and folder is not None and not _is_there(folder / path):
        return File(kind, path, None, "There is no such file.", "")
    how, command = HOW.get(kind.partition(" ")[0], ("", ""))
    return File(kind, path, href, how, command.format(file=path.rpartition("/")[2]))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have
        return False
