"""summary.md: the run as a comment on a pull request, or the summary of a CI job.

GitHub takes 65,536 characters in a comment ("Body is too long (maximum is 65536 characters)") and 1 MiB in the
summary of a step ("supports content up to a size of 1024k"); what would be beyond the first is left out, and said
to be. GitLab takes 1,000,000 characters in a note.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from lab.report import words
from lab.report.alike import alike
from lab.report.compare import Changes, in_words
from lab.report.files import replace
from lab.report.grid import ENGINE, SCENARIO, Grid, grid_of, name_of, rest_of
from lab.timeline.results import CaseResult, RunResult

NAME = "summary.md"

LONGEST = 60_000
"""Characters, and room for what a bot writes around them."""

_MOST_ALIKE = 10
"""So many cases that are like one that was told of are named."""

_SIGNS = {"passed": "✅", "failed": "❌", "flaky": "⚠️", "error": "💥", "skipped": "⏭️"}
_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#!|~&@$]|(?<=www)\.|:(?=//)")
"""What means something to GitHub's Markdown: also mentions, formulas, and addresses that become links."""


def write(run: RunResult, folder: Path, changes: Changes | None = None) -> Path:
    """Write summary.md into ``folder``."""
    return replace(folder / NAME, document(run, changes).encode("utf-8", "backslashreplace"))


def document(run: RunResult, changes: Changes | None = None) -> str:
    """The text, no longer than `LONGEST`: verdict, what did not pass, what was run again, what changed, the grid."""
    head = f"### SockJS Lab: {_safe(words.verdict(run))}\n\n{_safe(words.counts_line(run))}\n"
    parts = [_troubles([run.cases[place] for place in places]) for places in alike(run.cases)]
    parts.append(_tries(run))
    if changes:
        parts.append(_changes(changes))
    parts.append(_grid(run))
    return _fitted(head, parts)


def _fitted(head: str, parts: list[str]) -> str:
    text, left_out = head, 0
    for part in parts:
        if len(text) + len(part) > LONGEST:
            left_out += 1
        elif part:
            text += "\n" + part
    return text + (f"\n{left_out} more parts are in report.html.\n" if left_out else "")


def _troubles(cases: Sequence[CaseResult]) -> str:
    """Cases that did not pass alike: the first of them in full, and the names of others."""
    case, *others = cases
    lines = [f"{_SIGNS[case.outcome]} **{case.outcome}** {_code(case.id)}", ""]
    lines += [f"- {_safe(said)}" for said in words.troubles(case)]
    for cause in words.causes(case):
        said = cause.sentences[0] if cause.sentences else cause.cause
        lines.append(f"- **{_safe(', '.join(cause.about))}**: {_safe(said)}")
    if case.remedy:
        lines.append(f"- {_safe(case.remedy)}")
    if others:
        more = f" and {len(others) - _MOST_ALIKE} more" if len(others) > _MOST_ALIKE else ""
        lines.append(f"- like it: {', '.join(_code(other.id) for other in others[:_MOST_ALIKE])}{more}")
    return "\n".join(lines) + "\n"


def _tries(run: RunResult) -> str:
    """The tries that did not count, and the engines that were replaced in control runs."""
    lines = [f"- {_code(case.id)}: {_safe(said)}" for case in run.cases for said in words.uncounted(case)]
    told = {case.id for case in run.cases}
    lines += [
        f"- {_code(one.case)}: {_safe(one.engine)} was replaced: {_safe(one.message)}"
        for one in run.replaced
        if one.case not in told
    ]
    more = [f"- and {len(lines) - _MOST_ALIKE} more"] if len(lines) > _MOST_ALIKE else []
    return "\n".join(["**Run again**", "", *lines[:_MOST_ALIKE], *more]) + "\n" if lines else ""


def _changes(changes: Changes) -> str:
    lines = [f"**What changed**: {_safe(in_words(changes))}.", ""]
    shown = changes.changed[:20]
    lines += [
        f"- {change.kind}: {_code(change.id)} {_safe(change.before)} → {_safe(change.after)}" for change in shown
    ]
    if len(changes.changed) > len(shown):
        lines.append(f"- and {len(changes.changed) - len(shown)} more")
    return "\n".join(lines) + "\n"


def _grid(run: RunResult) -> str:
    """The grid, folded away where it is long."""
    if not run.cases:
        return ""
    grid = grid_of(run.cases)
    head = [name_of(grid.rows_key), *grid.columns]
    table = [_row([_safe(cell) for cell in head]), _row(["---"] * len(head))]
    for row in grid.rows:
        cells = [_cell(run, grid, row.cells.get(column, [])) for column in grid.columns]
        named = _safe(row.value) if grid.rows_key == SCENARIO else f"**{_safe(row.value)}**"
        table.append(_row([named, *cells]))
    text = "\n".join(table) + "\n"
    if len(grid.rows) > 10:
        axes = "scenarios" if grid.rows_key == SCENARIO else _safe(name_of(grid.rows_key))
        by = "engines" if grid.columns_key == ENGINE else _safe(name_of(grid.columns_key))
        return f"<details><summary>All {len(run.cases)} cases: {axes} by {by}</summary>\n\n{text}\n</details>\n"
    return text


def _cell(run: RunResult, grid: Grid, places: list[int]) -> str:
    said = []
    for case in (run.cases[place] for place in places):
        rest = rest_of(case, grid)
        said.append(f"{_SIGNS[case.outcome]} {_safe(case.transport or 'none')}{f' ({_safe(rest)})' if rest else ''}")
    return "<br>".join(said) or "–"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe(text: str) -> str:
    """``text`` as Markdown that says just that: no markup, link, mention or line of its own."""
    flat = words.visible(" ".join(text.split()))
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};" if found[0] in "<>&@|$.:" else "\\" + found[0], flat)


def _code(text: str) -> str:
    """``text`` as code; a fence longer than any run of backticks in it."""
    flat = words.visible(" ".join(text.split())).replace("|", "¦")
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
