from pathlib import Path

import pytest

from lab.report.source import line_of, marked
from lab.timeline.results import CaseResult, Check
from tests.report.sample import case

TEXT = """title: A
steps:
  - connect
  - receive: {text: hello}
expect:
  transport: websocket
  delivery: exactly once, in order
  webkit:
    transport: xhr-polling
  connections:
    other: {transport: websocket}
"""


def check(what: str, held: bool = False) -> Check:
    return Check(what=what, expected="a", actual="b", held=held)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.yaml"
    made.write_text(TEXT)
    return made


def of(path: Path, *checks: Check, engine: str = "chromium") -> CaseResult:
    return case(engine, scenario=path.as_posix(), expectations=list(checks))


@pytest.mark.parametrize(
    ("what", "engine", "line"),
    [
        ("transport", "chromium", 6),
        ("transport", "webkit", 9),
        ("delivery", "webkit", 7),
        ("transport of other", "webkit", 11),
        ("transport of second:other", "chromium", 11),
        ("transport of second:other@2", "chromium", 11),
        ("state of other", "chromium", 5),
        ("transport of nobody", "chromium", 5),
        ("step 1, connect", "chromium", 3),
        ("step 2, receive", "chromium", 4),
        ("step 9, close", "chromium", 5),
        ("opens", "chromium", 5),
    ],
)
def test_broken_expectation_is_on_its_line(path: Path, what: str, engine: str, line: int) -> None:
    found = of(path, check(what), engine=engine)
    assert line_of(found) == line
    lines = [number for number, each in enumerate(marked(found).lines, 1) if each.broken]
    assert lines == ([] if line == 5 else [line])
    assert [each.what for each in marked(found).unplaced] == ([what] if line == 5 else [])


def test_line_is_that_of_the_first_that_was_broken(path: Path) -> None:
    assert line_of(of(path, check("transport", held=True), check("delivery"))) == 7


def test_line_of_a_scenario_without_expectations_is_the_first(path: Path) -> None:
    path.write_text("title: A\n")
    assert line_of(of(path, check("opens"))) == 1


def test_marks_show_what_held_too(path: Path) -> None:
    found = marked(of(path, check("transport", held=True), check("delivery")))
    assert [(each.text.strip(), each.broken) for each in found.lines if each.marks] == [
        ("transport: websocket", False),
        ("delivery: exactly once, in order", True),
    ]
    assert len(found.lines) == 11


@pytest.mark.parametrize("text", [None, "a: [", "- 1\n", "\x00"])
def test_scenario_that_cannot_be_read_any_more_has_no_lines(path: Path, text: str | None) -> None:
    path.unlink() if text is None else path.write_text(text)
    found = of(path, check("transport"))
    assert [each.what for each in marked(found).unplaced] == ["transport"]
    assert line_of(found) == 1


def test_scenario_that_was_edited_is_read_again(path: Path) -> None:
    assert len(marked(of(path)).lines) == 11
    path.write_text("title: changed, with another length\n")
    assert len(marked(of(path)).lines) == 1
