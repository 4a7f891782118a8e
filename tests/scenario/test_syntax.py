import pytest
import yaml

from lab.scenario.problems import Source
from lab.scenario.syntax import syntax_problem, unprintable


def mark(index: int) -> yaml.Mark:
    return yaml.Mark("x", index, 0, index, None, None)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("mapping values are not allowed here", "a colon where no key can end"),
        ("could not find expected ':'", "a key without its colon"),
        ("sequence entries are not allowed here", "a list item where no item can be"),
        ("something that PyYAML says once in a year", "not YAML: something that PyYAML says once in a year"),
    ],
)
def test_complaint_is_said_in_plain_words(said: str, what: str) -> None:
    error = yaml.MarkedYAMLError(problem=said, problem_mark=mark(2))
    problem = syntax_problem(error, Source("x.yaml", "abc: d"))
    assert (problem.what, problem.column) == (what, 3)


def test_place_is_that_of_the_context_where_there_is_no_other() -> None:
    error = yaml.MarkedYAMLError(context="while scanning", context_mark=mark(1))
    assert syntax_problem(error, Source("x.yaml", "abc")).column == 2


def test_unprintable_character_is_named() -> None:
    error = yaml.reader.ReaderError("x", 1, 7, "unicode", "special characters are not allowed")
    problem = unprintable(error, Source("x.yaml", "a\x07"))
    assert (problem.column, problem.came) == (2, "U+0007")
