import json
from typing import Any

import pytest

from lab.scenario.combine import MOST, combinations
from lab.scenario.nodes import MappingNode, plain
from lab.scenario.yaml_text import read

THOUSAND = list(range(1000))


def combined(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    source, root, problems = read(text.encode(), "x.yaml")
    assert problems == []
    assert isinstance(root, MappingNode)
    found, told = combinations(root, source)
    return [{key: plain(entry.value) for key, entry in values.items()} for values in found], [
        f"{problem.line}:{problem.column} {problem.what}" for problem in told
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1, 2]", [{"a": 1}, {"a": 2}]),
        (
            "a: [1, 2]\nb: [x, y]",
            [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}],
        ),
        # an exclude leaves out all that have its values
        ("a: [1, 2]\nb: [x, y]\nexclude: [{a: 1}]", [{"a": 2, "b": "x"}, {"a": 2, "b": "y"}]),
        ("a: [1, 2]\nexclude: [{a: 1}, {a: 1}]", [{"a": 2}]),
        # an include comes after the excludes
        ("a: [1, 2]\nexclude: [{a: 1}]\ninclude: [{a: 1}]", [{"a": 2}, {"a": 1}]),
        # an include adds to what it agrees with
        ("a: [1, 2]\ninclude: [{b: x}]", [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]),
        ("a: [1, 2]\ninclude: [{a: 2, b: x}]", [{"a": 1}, {"a": 2, "b": "x"}]),
        # it may say something else than an include before it, but not than the matrix
        ("a: [1]\ninclude: [{b: x}, {a: 1, b: y}]", [{"a": 1, "b": "y"}]),
        ("a: [1]\ninclude: [{a: 3, b: x}]", [{"a": 1}, {"a": 3, "b": "x"}]),
        # a combination that an include has made is left alone by the next
        ("a: [1]\ninclude: [{a: 3}, {a: 3, b: x}]", [{"a": 1}, {"a": 3}, {"a": 3, "b": "x"}]),
        # without a matrix of its own, each include is a combination
        ("include: [{a: 1}, {b: 2}]", [{"a": 1}, {"b": 2}]),
        # equal is what is written alike
        ("a: [1, 1.0, true, '1']", [{"a": 1}, {"a": 1.0}, {"a": True}, {"a": "1"}]),
        ("a: [1, true]\nexclude: [{a: true}]", [{"a": 1}]),
        ("a: [{b: 1, c: 2}]\ninclude: [{a: {c: 2, b: 1}, d: 3}]", [{"a": {"b": 1, "c": 2}, "d": 3}]),
    ],
)
def test_matrix_has_these_combinations(text: str, expected: list[dict[str, Any]]) -> None:
    found, told = combined(text)
    assert told == []
    assert [json.dumps(values, sort_keys=True) for values in found] == [
        json.dumps(values, sort_keys=True) for values in expected
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2, 1]", ["1:11 a value that is there already"]),
        ("a: [1]\nexclude: [{a: 2}]", ["2:11 an exclude that fits no combination"]),
        ("abc: [1]\nexclude: [{abd: 1}]", ['2:12 unknown key "abd"']),
        ("exclude: [{a: 1}]", ['1:12 unknown key "a"']),
        ("a: [1]\nexclude: [{a: 1}]", ["1:1 a matrix that leaves no combination"]),
        ("a: [1]\ninclude: [5, {}]", ["2:11 not an entry of include", "2:14 not an entry of include"]),
        ("include: [{a: 1}, {a: 1}]", ["1:19 a combination that is there already"]),
        (f"a: {list(range(MOST + 1))}", [f"1:1 a matrix of {MOST + 1} combinations"]),
        ("\n".join(f"{key}: {THOUSAND}" for key in "abc"), ["1:1 a matrix of 1000000000 combinations"]),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_matrix_is_told_what_is_wrong(text: str, told: list[str]) -> None:
    assert combined(text)[1] == told


def test_as_many_as_allowed_are_allowed() -> None:
    found, told = combined(f"a: {list(range(MOST))}")
    assert (len(found), told) == (MOST, [])
