"""The cases of a run as a grid over any two of its keys: scenario, engine, or a key of the matrix.

Many scenarios make a grid of scenarios and engines; one scenario with a matrix makes one of its largest key and
engines. What is left of the matrix stands with each case of a cell.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from lab.scenario.model import EngineName
from lab.timeline.results import CaseResult

SCENARIO = "scenario"
ENGINE = "engine"
_USUAL: tuple[str, ...] = get_args(EngineName)


@dataclass
class Row:
    """One value of the rows' key."""

    value: str
    title: str = ""
    """The scenario's title, where rows are scenarios."""
    cells: dict[str, list[int]] = field(default_factory=dict)
    """By column: where its cases stand in the run."""


@dataclass
class Grid:
    """Rows and columns; the cells hold places in the run's list of cases."""

    rows_key: str
    columns_key: str
    keys: list[str]
    """All keys that tell cases apart: what rows and columns can be."""
    columns: list[str]
    rows: list[Row]
    rest: list[str]
    """The keys that are neither: they tell the cases of one cell apart."""


def value_of(case: CaseResult, key: str) -> str:
    """The case's value of a key, in words; empty where its scenario has no such key."""
    if key == SCENARIO:
        return case.scenario
    if key == ENGINE:
        return case.engine
    return in_words(case.matrix[key]) if key in case.matrix else ""


def in_words(value: Any) -> str:
    """A matrix value as a cell shows it: ``https``, ``1.6.1``, ``websocket, xhr-polling``, ``{"a": 1}``."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def keys_of(cases: Sequence[CaseResult]) -> list[str]:
    """The keys that have more than one value among the cases, the scenario first, the engine last.

    That a scenario does not have a key is no value of it.
    """
    matrix = dict.fromkeys(key for case in cases for key in case.matrix)
    return [key for key in (SCENARIO, *matrix, ENGINE) if len({value_of(case, key) for case in cases} - {""}) > 1]


def axes_of(cases: Sequence[CaseResult]) -> tuple[str, str]:
    """What rows and columns are best: see the module."""
    keys = keys_of(cases)
    if SCENARIO in keys or not (matrix := [key for key in keys if key != ENGINE]):
        return SCENARIO, ENGINE
    by_size = sorted(matrix, key=lambda key: -len({value_of(case, key) for case in cases}))
    if ENGINE in keys or len(by_size) == 1:
        return by_size[0], ENGINE
    return by_size[0], by_size[1]


def grid_of(cases: Sequence[CaseResult], axes: tuple[str, str] | None = None) -> Grid:
    """The grid of ``cases``: rows and columns as they first occur, but the usual engines in their usual order."""
    rows_key, columns_key = axes or axes_of(cases)
    keys = keys_of(cases)
    rows: dict[str, Row] = {}
    columns: dict[str, None] = {}
    for place, case in enumerate(cases):
        value, column = value_of(case, rows_key), value_of(case, columns_key)
        columns.setdefault(column)
        row = rows.setdefault(value, Row(value, case.title if rows_key == SCENARIO else ""))
        row.cells.setdefault(column, []).append(place)
    order = list(columns)
    if columns_key == ENGINE:
        order = [name for name in _USUAL if name in columns] + [name for name in columns if name not in _USUAL]
    return Grid(
        rows_key,
        columns_key,
        keys,
        order,
        list(rows.values()),
        [key for key in keys if key not in (rows_key, columns_key)],
    )


def rest_of(case: CaseResult, grid: Grid) -> str:
    """What tells a case apart from the others of its cell: ``https, cross, version 1.1.5``.

    Not the transport, which stands beside it.
    """
    found = ((key, value_of(case, key)) for key in grid.rest)
    return ", ".join(
        value if speaks_for_itself(value) else f"{name_of(key)} {value}"
        for key, value in found
        if value and value != case.transport
    )


def speaks_for_itself(value: str) -> bool:
    """Whether a value needs no key beside it: a word does not, a number or a yes or no does."""
    return value[:1].isalpha() and value not in ("true", "false", "null")


def name_of(key: str) -> str:
    """A key as a heading: the last part of its path that is a word, ``scheme`` of ``page.scheme``."""
    return next((part for part in reversed(key.split(".")) if not part.isdigit()), key)


def versions_of(cases: Sequence[CaseResult], engine: str) -> list[str]:
    """The versions of an engine that were seen, in order."""
    return list(dict.fromkeys(case.engine_version for case in cases if case.engine == engine and case.engine_version))
