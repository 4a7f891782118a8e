"""report.html: the first page about a run, for people, and a page for each case in ``cases/``.

The first page is small whatever the number of cases: what there is to say of one stands on its own page.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lab.report import pages, words
from lab.report.alike import alike
from lab.report.case_page import case_page
from lab.report.compare import Change, Changes, in_words
from lab.report.files import replace
from lab.report.grid import ENGINE, SCENARIO, grid_of, keys_of, value_of, versions_of
from lab.timeline.results import CaseResult, Outcome, RunResult

NAME = "report.html"

_MOST = 12
"""So many reasons for which cases did not pass, or cases that changed, stand before the grid; the rest is folded."""
_FEW = 6
"""Of so few cases the first page tells why each fell back."""


@dataclass(frozen=True)
class View:
    """One case as the first page shows it."""

    case: CaseResult
    href: str
    at: str
    """Its value of each key that tells cases apart, as JSON: for the grid."""
    text: str
    """What the filter looks at."""
    change: Change | None
    note: int | None = None
    """The number of what its cell says of itself, where it says anything."""


def write(run: RunResult, folder: Path, changes: Changes | None = None) -> Path:
    """Write report.html, ``cases/`` and ``assets/`` into ``folder``."""
    library = pages.write_assets(folder)
    names = case_names(run.cases)
    if names:
        (folder / "cases").mkdir(exist_ok=True)
    for place, name in enumerate(names):
        text = case_page(run, place, names, folder=folder, changes=changes, library=library)
        replace(folder / "cases" / name, text)
    return replace(folder / NAME, first_page(run, names, changes))


def case_names(cases: list[CaseResult]) -> list[str]:
    """The name of each case's file in ``cases/``: readable, and never the same twice."""
    names: list[str] = []
    taken: set[str] = set()
    for case in cases:
        stem = name = (re.sub(r"[^A-Za-z0-9]+", "-", case.id).strip("-") or "unnamed")[:100]
        again = 2
        while name.lower() in taken:  # Some file systems do not tell capitals apart.
            name, again = f"{stem}-{again}", again + 1
        taken.add(name.lower())
        names.append(f"{name}.html")
    return names


def first_page(run: RunResult, names: list[str], changes: Changes | None = None) -> bytes:
    """The first page's bytes."""
    keys = keys_of(run.cases)
    grid = grid_of(run.cases)
    notes = list(dict.fromkeys(case.reason for case in run.cases if case.reason))
    views = [_view(case, f"cases/{name}", keys, changes, notes) for case, name in zip(run.cases, names, strict=True)]
    scenarios = {case.scenario: case.title for case in run.cases}
    alone = run.cases[0] if len(scenarios) == 1 else None
    axes = list(dict.fromkeys([*keys, grid.rows_key, grid.columns_key]))
    versions = {engine: ", ".join(versions_of(run.cases, engine)) for engine in {case.engine for case in run.cases}}
    return pages.render(
        "report.html.j2",
        up="",
        run=run,
        worst=_worst(run),
        alone=alone,
        bad=[[views[place] for place in places] for places in alike(run.cases)],
        most=_MOST,
        changes=changes,
        changed_words=in_words(changes) if changes else "",
        hrefs={view.case.id: view.href for view in views},
        grid=grid,
        axes=axes,
        notes=notes,
        views=views,
        versions=versions,
        keys_json=_json(axes),
        titles_json=_json(scenarios if len(scenarios) > 1 else {}),
        versions_json=_json(versions),
        few=_to_be_explained(views) if alone and len(views) <= _FEW else [],
    )


def _to_be_explained(views: list[View]) -> list[View]:
    """Those that fell back and passed all the same: the others are told of already."""
    return [view for view in views if view.case.outcome == "passed" and words.causes(view.case)]


def _view(case: CaseResult, href: str, keys: list[str], changes: Changes | None, notes: list[str]) -> View:
    text = [case.id, case.scenario, case.title, case.engine, case.engine_version, case.outcome]
    text += [case.transport or "not open", words.matrix_words(case.matrix), *case.tags]
    text += [f"{entry.cause} {entry.hop or ''}" for entry in case.diagnosis]
    change = changes.of(case.id) if changes else None
    values = {key: value_of(case, key) for key in {**dict.fromkeys(keys), SCENARIO: None, ENGINE: None}}
    note = notes.index(case.reason) + 1 if case.reason else None
    return View(case, href, _json(values), " ".join(dict.fromkeys(" ".join(text).lower().split())), change, note)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _worst(run: RunResult) -> str:
    """The outcome that the page's head is coloured by."""
    order: tuple[Outcome, ...] = ("failed", "error", "flaky")
    found = next((outcome for outcome in order if run.count(outcome)), None)
    if found is None and run.interrupted:
        return "flaky"
    return found or ("passed" if run.count("passed") else "skipped")
