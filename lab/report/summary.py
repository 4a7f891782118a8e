"""What the console says at the end of a run: where each browser ended and why, what did not pass, the counts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from lab.report import words
from lab.report.alike import alike
from lab.report.compare import Changes, Kind, in_words
from lab.report.grid import ENGINE, SCENARIO, grid_of, keys_of, name_of, value_of
from lab.report.lines import COLOURS, Lines
from lab.report.words import Cause, matrix_words
from lab.timeline.results import CaseResult, RunResult

_FEW = 6
"""So many cases of one scenario are told one by one; more are a table."""
_MOST_CHANGES = 10
_MOST_ALIKE = 5
"""So many cases that are like one that was told of are named."""
_MOST_ROWS = 60
"""Of a longer table only the rows in which something did not pass are shown."""
_KINDS: Mapping[Kind, str] = {"worse": "bold red", "moved": "yellow", "slower": "yellow", "better": "green"}


def summarise(
    lines: Lines, run: RunResult, paths: Sequence[Path], changes: Changes | None = None, *, quiet: bool = False
) -> None:
    """Say what ``run`` found. The last lines are the counts and the path of report.html among ``paths``.

    Before them stand the engines that were replaced. ``quiet``: nothing of what passed.
    """
    few = not quiet and len(run.cases) <= _FEW and len({case.scenario for case in run.cases}) == 1
    if quiet:
        pass
    elif few:
        _tell(lines, run.cases)
    elif shown := [case for case in run.cases if not run.interrupted or case.outcome != "skipped"]:
        _table(lines, shown)
    for places in alike(run.cases):
        _trouble(lines, [run.cases[place] for place in places], told=few)
    if changes and changes.changed:
        _changed(lines, changes)
    if not quiet or run.count("passed") + run.count("skipped") < len(run.cases):
        lines.line()
    for said in words.replaced(run):
        lines.line(("replaced", "yellow"), "  ", said)
    if run.interrupted:
        lines.line(("Interrupted.", "bold yellow"))
    _counts(lines, run)
    for path in paths:
        if path.name == "report.html":
            lines.line(str(path))


def _tell(lines: Lines, cases: Sequence[CaseResult]) -> None:
    """One scenario, few cases: browsers that went the same way for the same causes are told together."""
    alike: dict[str, list[CaseResult]] = {}
    for case in cases:
        way = [(attempt.connection, attempt.transport, attempt.outcome) for attempt in case.attempts]
        why = [_gist(cause) for cause in words.causes(case)]
        alike.setdefault(repr((case.transport, way, why)), []).append(case)
    told: set[object] = set()
    hinted: set[str] = set()
    for together in alike.values():
        lines.line()
        for case in together:
            _ended_on(lines, case)
        causes = words.causes(together[0])
        if again := [name for cause in causes if _gist(cause) in told for name in cause.about]:
            lines.paragraph(lines.text((f"{', '.join(again)}: ", "bold"), "as above."), indent=2)
        _causes(lines, [cause for cause in causes if _gist(cause) not in told], hinted)
        told.update(map(_gist, causes))


def _gist(cause: Cause) -> tuple[object, ...]:
    """What makes two causes the same: the figures in their sentences differ from browser to browser."""
    return (cause.about, cause.cause, cause.hop)


def _ended_on(lines: Lines, case: CaseResult) -> None:
    name = f"{case.engine} {case.engine_version}".strip()
    matrix = f" ({words.matrix_words(case.matrix)})" if case.matrix else ""
    after = "" if case.open_ms is None else f" after {words.duration(case.open_ms)}"
    said = f" opened on {case.transport}{after}." if case.transport else " did not open a connection."
    lines.line((name, "bold"), matrix, said)


def _causes(lines: Lines, causes: Sequence[Cause], hinted: set[str]) -> None:
    """The causes, each with its first sentence; a hint that stands in ``hinted`` was given before."""
    for cause in causes:
        said = cause.sentences[0] if cause.sentences else cause.cause
        lines.paragraph(lines.text((f"{', '.join(cause.about)}: ", "bold"), said), indent=2)
        for hint in dict.fromkeys(hint for hint in cause.hints if hint not in hinted):
            lines.paragraph(lines.text((f"hint: {hint}", "dim")), indent=4)
        hinted.update(cause.hints)


def _trouble(lines: Lines, cases: Sequence[CaseResult], *, told: bool) -> None:
    """Cases that did not pass alike: what did not hold or the message, why (unless told above), and what to do."""
    case, *others = cases
    lines.line()
    lines.line((case.outcome, COLOURS[case.outcome]), "  ", (case.id, "bold"))
    for said in words.troubles(case):
        lines.paragraph(lines.text(said), indent=2)
    if not told:
        _causes(lines, words.causes(case), set())
    if case.remedy:
        lines.paragraph(lines.text((case.remedy, "cyan")), indent=2)
    if others:
        named = ", ".join(other.id for other in others[:_MOST_ALIKE])
        more = f" and {len(others) - _MOST_ALIKE} more" if len(others) > _MOST_ALIKE else ""
        lines.paragraph(lines.text(("like it: ", "bold"), f"{named}{more}"), indent=2)


def _changed(lines: Lines, changes: Changes) -> None:
    """What is not as it was, one line each; of many, the first."""
    lines.line()
    lines.line(("changed", "bold cyan"), f"  {in_words(changes)}")
    for change in changes.changed[:_MOST_CHANGES]:
        said = f"  {change.before} -> {change.after}"
        lines.paragraph(lines.text((change.kind, _KINDS[change.kind]), "  ", (change.id, "bold"), said), indent=2)
    if len(changes.changed) > _MOST_CHANGES:
        lines.line(f"  and {len(changes.changed) - _MOST_CHANGES} more: see the report")


def _table(lines: Lines, cases: Sequence[CaseResult]) -> None:
    """A row per scenario and matrix values, in each cell the transport; where it is too wide, cells under its name.

    Cases of one scenario are told apart by their matrix alone: each of its keys is a column then.
    """
    engines = grid_of(cases, (SCENARIO, ENGINE)).columns
    keys = [key for key in keys_of(cases) if key != ENGINE]
    by_key = bool(keys) and SCENARIO not in keys
    heads = [name_of(key) for key in keys] if by_key else ["scenario"]
    rows: dict[tuple[str, ...], dict[str, list[CaseResult]]] = {}
    for case in cases:
        name = tuple(value_of(case, key) for key in keys) if by_key else (case.scenario, matrix_words(case.matrix))
        rows.setdefault(name, {}).setdefault(case.engine, []).append(case)
    shown = {name: found for name, found in rows.items() if len(rows) <= _MOST_ROWS or not _all_passed(found)}
    if not shown:
        return
    table = [[lines.text((head, "bold")) for head in [*heads, *engines]]]
    for name, found in shown.items():
        named = [lines.text(part) for part in name] if by_key else [_named(lines, *name)]
        table.append([*named, *(_cell(lines, found.get(engine, [])) for engine in engines)])
    widths = [max(row[column].cell_len for row in table) for column in range(len(table[0]))]
    lines.line()
    if lines.plain or sum(widths) + 2 * len(widths) <= lines.out.width:
        for cells_of_row in table:
            lines.write(_aligned(cells_of_row, widths))
    else:
        for row in table[1:]:
            lines.write(Text("  ").join(row[: len(heads)]))
            told = zip(engines, row[len(heads) :], strict=True)
            pairs = [lines.text(engine, " ").append_text(cell) for engine, cell in told]
            lines.paragraph(Text(", ").join(pairs), indent=2)
    if len(shown) < len(rows):
        lines.line((f"and {len(rows) - len(shown)} rows in which all passed: see the report", "dim"))


def _all_passed(found: Mapping[str, Sequence[CaseResult]]) -> bool:
    return all(case.outcome == "passed" for cases in found.values() for case in cases)


def _named(lines: Lines, scenario: str, matrix: str) -> Text:
    return lines.text(scenario, ("  " + matrix if matrix else "", "dim"))


def _aligned(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        line.append_text(cell).append(" " * (width - cell.cell_len + 2))
    line.rstrip()
    return line


def _cell(lines: Lines, cases: Sequence[CaseResult]) -> Text:
    """The transport, and the outcome where it is not passed."""
    if not cases:
        return lines.text(("-", "dim"))
    said = []
    for case in cases:
        transport = case.transport or "none"
        word = transport if case.outcome == "passed" else f"{transport} ({case.outcome})"
        said.append(lines.text((word, COLOURS[case.outcome])))
    return Text(" ").join(said)


def _counts(lines: Lines, run: RunResult) -> None:
    line = Text()
    for outcome, number, word in words.counts(run):
        line.append(", " if line else "").append(f"{number} {word}", COLOURS[outcome])
    lines.write((line or Text("no cases")).append(f" {words.time_told(run)}"))
