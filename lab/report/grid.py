"""The cases of a run as a grid: a row per scenario and choice of matrix values, a column per engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

from lab.report.words import matrix_words
from lab.scenario.model import EngineName
from lab.timeline.results import CaseResult

_USUAL: tuple[str, ...] = get_args(EngineName)


@dataclass
class Row:
    """One scenario with one choice of matrix values."""

    scenario: str
    title: str
    matrix: str
    cells: dict[str, list[int]] = field(default_factory=dict)
    """By engine: where its cases stand in the run; more than one where a case was repeated."""


@dataclass
class Grid:
    """Rows and columns; the cells hold places in the run's list of cases."""

    engines: dict[str, list[str]]
    """Each engine with the versions of it that were seen, in the order of the columns."""
    rows: list[Row]


def grid_of(cases: Sequence[CaseResult]) -> Grid:
    """The grid of ``cases``: rows as they first occur, the usual engines in their usual order, then others."""
    engines: dict[str, list[str]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for place, case in enumerate(cases):
        versions = engines.setdefault(case.engine, [])
        if case.engine_version and case.engine_version not in versions:
            versions.append(case.engine_version)
        matrix = matrix_words(case.matrix)
        row = rows.setdefault((case.scenario, matrix), Row(case.scenario, case.title, matrix))
        row.cells.setdefault(case.engine, []).append(place)
    usual = [name for name in _USUAL if name in engines]
    order = usual + [name for name in engines if name not in usual]
    return Grid({name: engines[name] for name in order}, list(rows.values()))
