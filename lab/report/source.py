"""The scenario's own text, with what was expected marked on its line: which held, and which did not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lab.scenario.nodes import Entry, MappingNode, Node
from lab.scenario.nodes import Sequence as ListNode
from lab.scenario.problems import ScenarioErrors, Source
from lab.scenario.yaml_text import LARGEST_FILE, read
from lab.timeline.results import CaseResult, Check

_STEP = re.compile(r"step (\d+)\b")
_PLACE = re.compile(r"^.*:|@\d+$")
_BREAK = re.compile(r"\r\n|\n|\r")
_LINES = 2_000
"""A longer file is not shown."""


@dataclass
class Line:
    """One line of the scenario's file."""

    text: str
    marks: list[Check] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether something that this line expects did not hold."""
        return any(not mark.held for mark in self.marks)


@dataclass(frozen=True)
class Marked:
    """A scenario's text with marks, and the checks that have no line in it."""

    lines: list[Line]
    unplaced: list[Check]


def marked(case: CaseResult) -> Marked:
    """The text of the case's scenario; no lines where the file is gone or cannot be read any more."""
    found = _read(case.scenario)
    if found is None:
        return Marked([], list(case.expectations))
    source, root = found
    lines = [Line(text) for text in _BREAK.split(source.text.rstrip())]
    unplaced = []
    for check in case.expectations:
        node = _place(root, check.what, case.engine)
        number = source.position(node.start)[0] if node else 0
        if 1 <= number <= len(lines):
            lines[number - 1].marks.append(check)
        else:
            unplaced.append(check)
    return Marked(lines if len(lines) <= _LINES else [], unplaced)


def line_of(case: CaseResult) -> int:
    """The line, from 1, of the first expectation that did not hold; of ``expect``, or 1, where there is none."""
    found = _read(case.scenario)
    if found is None:
        return 1
    source, root = found
    broken = [check.what for check in case.expectations if not check.held]
    for what in (*broken, ""):
        if node := _place(root, what, case.engine):
            return source.position(node.start)[0]
    return 1


def _read(path: str) -> tuple[Source, Node] | None:
    try:
        return _read_once(path, Path(path).stat().st_mtime_ns)
    except (OSError, ValueError, ScenarioErrors):
        return None


@lru_cache(maxsize=64)
def _read_once(path: str, changed_ns: int) -> tuple[Source, Node]:
    """The cases of one scenario follow each other."""
    with Path(path).open("rb") as file:
        source, root, _ = read(file.read(LARGEST_FILE + 1), path)
    return source, root


def _place(root: Node, what: str, engine: str) -> Node | None:
    """The key, or the step, that a check is about; ``expect`` itself for an empty text."""
    if step := _STEP.match(what):
        steps = _under(root, "steps")
        items: Sequence[Node] = steps.value.items if steps and isinstance(steps.value, ListNode) else ()
        number = int(step[1])
        return items[number - 1] if 1 <= number <= len(items) else None
    expect = _under(root, "expect")
    if expect is None or not what:
        return expect.key if expect else None
    own = _under(expect.value, engine)
    entry = (_expected(own.value, what) if own else None) or _expected(expect.value, what)
    return entry.key if entry else None


def _expected(node: Node, what: str) -> Entry | None:
    """The entry for ``transport``, or, under ``connections``, for ``transport of second:other``."""
    what, _, connection = what.partition(" of ")
    if connection:
        several = _under(node, "connections")
        # Told with the tab before it and the page behind it, where those are not the first: ``tab:name@2``.
        alone = _PLACE.sub("", connection)
        named = several and (_under(several.value, connection) or _under(several.value, alone))
        return _under(named.value, what) if named else None
    return _under(node, what)


def _under(node: Node, key: str) -> Entry | None:
    return node.entries.get(key) if isinstance(node, MappingNode) else None
