"""The combinations of a matrix: every value with every other, then exclude, then include."""

import itertools
import json
import math
from typing import Final, TypeAlias

from lab.scenario.nodes import Entry, MappingNode, Node, Sequence, plain, quoted, said
from lab.scenario.problems import Problem, Source, nearest, one_of

Combination: TypeAlias = dict[str, Entry]
"""Dotted key to the chosen value; the entry's key is the key in the matrix."""

MOST: Final = 256
"""Combinations of one file: as many as GitHub Actions allows."""


def combinations(matrix: MappingNode, source: Source) -> tuple[list[Combination], list[Problem]]:
    """The combinations of a matrix that has entries, in the order of the file, and what is wrong with it.

    Every entry must be a list that is not empty, as the model has it.
    """
    combiner = _Combiner(matrix, source)
    return combiner.combine(), combiner.problems


class _Combiner:
    def __init__(self, matrix: MappingNode, source: Source) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._matrix = matrix
        self._vectors = {
            key: [Entry(entry.key, item) for item in _items(entry.value)]
            for key, entry in matrix.entries.items()
            if key not in ("include", "exclude")
        }

    def combine(self) -> list[Combination]:
        for values in self._vectors.values():
            self._each_once(values)
        include = self._entries("include")
        count = math.prod(map(len, self._vectors.values())) + len(include)
        if count > MOST:
            self._tell(self._matrix, f"a matrix of {count} combinations", f"at most {MOST}")
            return []
        product = itertools.product(*self._vectors.values()) if self._vectors else []
        combined = [dict(zip(self._vectors, values, strict=True)) for values in product]
        result = self._include(self._exclude(combined), include)
        if not result and not self.problems:
            self._tell(self._matrix, "a matrix that leaves no combination", "at least one")
        return result

    def _each_once(self, values: list[Entry]) -> None:
        seen: set[str] = set()
        for entry in values:
            if _same(entry.value) in seen:
                self._tell(entry.value, "a value that is there already", "each value once", said(entry.value))
            seen.add(_same(entry.value))

    def _exclude(self, combined: list[Combination]) -> list[Combination]:
        """Leave out every combination that has all the values of an entry of exclude."""
        excluded: set[int] = set()
        for item, wanted in self._entries("exclude"):
            unknown = [(key, entry) for key, entry in wanted.items() if key not in self._vectors]
            for key, entry in unknown:
                expected = one_of(self._vectors) if self._vectors else "a matrix with keys of its own"
                self._tell(entry.key, f"unknown key {quoted(key)}", expected, near=nearest(key, self._vectors))
            fits = {number for number, values in enumerate(combined) if not unknown and _agree(values, wanted)}
            if not fits and not unknown:
                self._tell(item, "an exclude that fits no combination", "values that the matrix has")
            excluded |= fits
        return [values for number, values in enumerate(combined) if number not in excluded]

    def _include(self, combined: list[Combination], include: list[tuple[Node, Combination]]) -> list[Combination]:
        """Add each entry's values to the combinations whose own values it leaves alone, or make one more of it."""
        result, more = [dict(values) for values in combined], []
        for item, wanted in include:
            own = {key: entry for key, entry in wanted.items() if key in self._vectors}
            fits = [values for values in result if _agree(values, own)]
            for values in fits:
                values.update(wanted)
            if not fits:
                more.append((item, wanted))
        known = {_identity(values) for values in result}
        for item, wanted in more:
            if _identity(wanted) in known:
                self._tell(item, "a combination that is there already", "each combination once")
            known.add(_identity(wanted))
        return [*result, *(wanted for _, wanted in more)]

    def _entries(self, name: str) -> list[tuple[Node, Combination]]:
        entry = self._matrix.entries.get(name)
        found: list[tuple[Node, Combination]] = []
        for item in _items(entry.value) if entry else ():
            if isinstance(item, MappingNode) and item.entries:
                found.append((item, dict(item.entries)))
            else:
                self._tell(item, f"not an entry of {name}", "dotted keys with one value each", said(item))
        return found

    def _tell(self, node: Node, what: str, expected: str, came: str = "", near: str = "") -> None:
        problem = self._source.problem(node.start, node.end, what, expected=expected, came=came, nearest=near)
        self.problems.append(problem)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _same(node: Node) -> str:
    """The same text for equal values, and another for every other: 1, 1.0 and true differ."""
    return json.dumps(plain(node), sort_keys=True)


def _agree(values: Combination, wanted: Combination) -> bool:
    """Whether the combination has all the values that are wanted."""
    return all(key in values and _same(values[key].value) == _same(one.value) for key, one in wanted.items())


def _identity(values: Combination) -> frozenset[tuple[str, str]]:
    return frozenset((key, _same(entry.value)) for key, entry in values.items())
