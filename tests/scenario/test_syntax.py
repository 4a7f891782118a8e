import pytest
import yaml

from lab.scenario.problems import ScenarioErrors, Source
from lab.scenario.syntax import syntax_problem, unprintable
from lab.scenario.yaml_text import read


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


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("why: a: b", 1, "a colon where no key can end"),
        ("steps:\n  - connect\n    send: a", 3, "a key below a text"),
        ("why: a\n  tags: [b]", 2, "a key below a text"),
        ("a: b\nwhy: c: d", 2, "a colon where no key can end"),
        ("tags: [a\nwhy: b", 1, "a list in brackets that does not end"),
        ("tags: [a: b: c]", 1, "a list in brackets that does not end"),
        ("page: {scheme: http\nwhy: b\n", 1, "a mapping in braces that does not end"),
        ('why: "a\ntags: [b]\n', 1, "a text in quotes that does not end"),
    ],
)
def test_mistake_is_told_where_it_was_made(text: str, line: int, what: str) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        read(text.encode(), "x.yaml")
    assert [(one.line, one.what) for one in raised.value.problems] == [(line, what)]


def test_place_is_that_of_the_context_where_there_is_no_other() -> None:
    error = yaml.MarkedYAMLError(context="while scanning", context_mark=mark(1))
    assert syntax_problem(error, Source("x.yaml", "abc")).column == 2


def test_unprintable_character_is_named() -> None:
    error = yaml.reader.ReaderError("x", 1, 7, "unicode", "special characters are not allowed")
    problem = unprintable(error, Source("x.yaml", "a\x07"))
    assert (problem.column, problem.came) == (2, "U+0007")
