"""The matrix: one file, many cases.

A key of the matrix is a path into the file, with dots: ``client.version``, ``network.0.no_upgrade.answer``. Each
combination of values is written into the file's values and validated like a file of its own, so that an error
points at the value in the matrix. ``include`` and ``exclude`` work as in GitHub Actions
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax, jobs.<job_id>.strategy.matrix),
but an exclude that fits no combination is an error, as it is most likely misspelt. ``why`` is the reason of a cell:
it stands beside that of the file.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lab.scenario.combine import Combination, combinations
from lab.scenario.document import Document, check
from lab.scenario.model import EngineName, Scenario
from lab.scenario.nodes import MappingNode, Node, plain
from lab.scenario.problems import Problem, ScenarioErrors, nearest
from lab.scenario.put import Misplaced, put
from lab.scenario.yaml_text import is_plain_word


@dataclass(frozen=True)
class Case:
    """One run of a scenario: one engine, one choice of each matrix value."""

    id: str
    """``corporate/squid[chromium,page.scheme=https]``: the document's name, the engine, the matrix values."""
    path: Path
    """The scenario's file, as given or found."""
    engine: EngineName
    scenario: Scenario
    """With the matrix values in place, and no matrix; its ``why`` is the file's own."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The matrix values, dotted key to value, as written: but what a cell expects, and why, only where nothing else
    tells two cells apart."""
    reason: str = ""
    """What the matrix says under ``why``: why this cell is as it is."""


def cases(document: Document) -> list[Case]:
    """The cases of a file, by combination, then by engine, both in the order of the file.

    Raises:
        ScenarioErrors: The matrix is wrong, or a value of it makes the scenario wrong.
    """
    matrix = document.root.entries.get("matrix") if isinstance(document.root, MappingNode) else None
    if matrix is None or not isinstance(matrix.value, MappingNode) or not matrix.value.entries:
        return _for_engines(document, document.scenario, {})
    combined, problems = combinations(matrix.value, document.source)
    shown = _identifying(combined)
    found: list[Case] = []
    # The same problem comes with every combination that has the value: it is told once, for the first.
    told = {_told(problem): problem for problem in problems}
    for combination in combined:
        scenario, wrong = _with_values(document, combination)
        for problem in wrong:
            told.setdefault(_told(problem), problem)
        if scenario is not None:
            values = {key: plain(chosen.value) for key, chosen in combination.items() if key in shown}
            reason = scenario.why if "why" in combination else ""
            own = scenario.model_copy(update={"why": document.scenario.why})
            found += _for_engines(document, own, values, reason)
    if told:
        raise ScenarioErrors(told.values())
    return found


def _told(problem: Problem) -> tuple[int, int, str, str]:
    return problem.line, problem.column, problem.expected, problem.came


def _identifying(combined: Sequence[Combination]) -> Collection[str]:
    """The keys that tell cases apart: what a cell expects, and why, are none, unless nothing else does."""
    keys = {key: None for combination in combined for key in combination}
    asked = [key for key in keys if key != "why" and "expect" not in key.split(".")]
    told = {repr([plain(c[key].value) if key in c else ... for key in asked]) for c in combined}
    return asked if len(told) == len(combined) else list(keys)


def _for_engines(document: Document, scenario: Scenario, values: Mapping[str, Any], reason: str = "") -> list[Case]:
    chosen = "".join(f",{key}={_in_id(value)}" for key, value in values.items())
    return [
        Case(f"{document.name}[{engine}{chosen}]", document.path, engine, scenario, values, reason)
        for engine in scenario.browsers
    ]


def _in_id(value: Any) -> str:
    """A value as the id shows it: different values never look the same."""
    if isinstance(value, str) and value.isprintable() and is_plain_word(value) and not set(value) & set(',="[]{}'):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _with_values(document: Document, combination: Combination) -> tuple[Scenario | None, list[Problem]]:
    """The scenario with the values of one combination in place of its own."""
    assert isinstance(document.root, MappingNode)
    entries = {key: entry for key, entry in document.root.entries.items() if key != "matrix"}
    root: Node = replace(document.root, entries=entries)
    problems = []
    # Whole parts first: a key may then reach into what another has put there.
    for key, chosen in sorted(combination.items(), key=lambda item: item[0].count(".")):
        try:
            root = put(root, key, chosen)
        except Misplaced as error:
            at = chosen.key
            problems.append(
                document.source.problem(at.start, at.end, error.what, expected=error.expected, nearest=error.nearest)
            )
    scenario, wrong_values = check(document.source, root, document.reading)
    problems += [_as_the_matrix_has_it(problem, document, combination) for problem in wrong_values]
    return scenario, problems


def _as_the_matrix_has_it(problem: Problem, document: Document, combination: Combination) -> Problem:
    """Say a problem with a key of the matrix as such, and one with another part of the file with the values."""
    position = document.source.position
    place = (problem.line, problem.column)
    for key, chosen in combination.items():
        if place == position(chosen.key.start):
            return _with_whole_key(problem, key)
        if position(chosen.value.start) <= place <= position(chosen.value.end):
            return problem
    values = ", ".join(f"{key}={_in_id(plain(chosen.value))}" for key, chosen in combination.items())
    return replace(problem, what=f"{problem.what} (where {values})")


def _with_whole_key(problem: Problem, key: str) -> Problem:
    """``did you mean "client.version"?`` rather than ``"version"``, for an unknown part of a dotted key."""
    parts = key.split(".")
    bad = next((part for part in parts if problem.what == f'unknown key "{part}"'), None)
    if bad is None:
        return problem
    near = ".".join(problem.nearest if part == bad else part for part in parts) if problem.nearest else ""
    if len(parts) == 1:
        # What belongs into another part of the file has a key with dots here.
        near = nearest(key, ("include", "exclude")) or re.sub(r"^(\w+): \{(\w+): \.\.\.\}$", r"\1.\2", near)
    what = f'unknown key "{key}"' if len(parts) == 1 else f'unknown key "{bad}" in "{key}"'
    return replace(problem, what=what, nearest=near)
