import pytest

from lab.errors import UsageError
from lab.scenario.problems import Problem, ScenarioErrors, Source, meant, nearest, one_of


def test_problem_renders_place_line_caret_and_hints() -> None:
    text = "title: x\n\npage: {scheme: htps}\n"
    at = text.index("htps")
    problem = Source("scenarios/x.yaml", text).problem(
        at, at + 4, 'wrong value for "scheme"', expected="one of http, https", came='"htps"', nearest="https"
    )
    assert problem.render() == (
        'scenarios/x.yaml:3:16: wrong value for "scheme"\n'
        "  3 | page: {scheme: htps}\n"
        "    |                ^^^^\n"
        "  expected one of http, https\n"
        '  came "htps"\n'
        '  did you mean "https"?'
    )


def test_problem_renders_only_what_there_is_to_say() -> None:
    assert Source("x.yaml", "abc").problem(0, 1, "wrong").render() == "x.yaml:1:1: wrong\n  1 | abc\n    | ^"


@pytest.mark.parametrize(
    ("text", "at", "end", "shown", "caret"),
    [
        ("日本: x", 4, 5, "日本: x", "      ^"),
        ("日本", 0, 2, "日本", "^^^^"),
        ("e\u0301: x", 4, 5, "e\u0301: x", "   ^"),
        ("a\tb", 2, 3, "a b", "  ^"),
        ("a\x1b[31m", 1, 2, "a·[31m", " ^"),
        ("ab\ncd", 1, 5, "ab", " ^"),
        ("ab", 2, 2, "ab", "  ^"),
        ("x" * 100, 99, 100, "x" * 100, " " * 99 + "^"),
        ("x" * 150 + "y" + "z" * 100, 150, 151, "x" * 50 + "y" + "z" * 49, " " * 50 + "^"),
    ],
)
def test_caret_stands_under_the_value(text: str, at: int, end: int, shown: str, caret: str) -> None:
    lines = Source("x.yaml", text).problem(at, end, "wrong").render().splitlines()
    assert lines[1:] == [f"  1 | {shown}", f"    | {caret}"]


@pytest.mark.parametrize(
    ("text", "offset", "position", "line"),
    [
        ("a\nb", 0, (1, 1), "a"),
        ("a\nb", 2, (2, 1), "b"),
        ("a\r\nb", 3, (2, 1), "b"),
        ("a\rb", 2, (2, 1), "b"),
        ("a\u2028b", 2, (1, 3), "a\u2028b"),
        ("a\n", 2, (2, 1), ""),
        ("a", 99, (1, 2), "a"),
        ("", 0, (1, 1), ""),
    ],
)
def test_source_knows_positions(text: str, offset: int, position: tuple[int, int], line: str) -> None:
    source = Source("x.yaml", text)
    assert source.position(offset) == position
    assert source.line(position[0]) == line


def test_errors_are_sorted_and_told_once() -> None:
    def problem(path: str, line: int, column: int) -> Problem:
        return Problem(path, line, column, "wrong")

    errors = ScenarioErrors([problem("b", 1, 1), problem("a", 10, 1), problem("a", 9, 2), problem("a", 9, 2)])
    assert [(one.path, one.line, one.column) for one in errors.problems] == [("a", 9, 2), ("a", 10, 1), ("b", 1, 1)]
    assert isinstance(errors, UsageError)
    assert str(errors).count("wrong") == 3


def test_long_list_of_what_was_expected_is_wrapped() -> None:
    rendered = Problem("x", 1, 1, "wrong", expected=one_of(["xhr-streaming"] * 20)).render()
    assert max(map(len, rendered.splitlines())) <= 100
    assert rendered.count("xhr-streaming") == 20


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("websockt", "websocket"),
        ("WebSocket", "websocket"),
        ("xhr_polling", "xhr-polling"),
        ("xhr polling", "xhr-polling"),
        ("gopher", ""),
        ("", ""),
    ],
)
def test_nearest_word_is_found(word: str, found: str) -> None:
    assert nearest(word, ["websocket", "xhr-streaming", "xhr-polling"]) == found


@pytest.mark.parametrize(
    ("word", "found"), [("refuse", "refuse third-party"), ("ac", ""), ("acc", "accept"), ("de", ""), ("same", "")]
)
def test_beginning_of_one_word_alone_is_near(word: str, found: str) -> None:
    assert nearest(word, ["default", "refuse third-party", "accept"]) == found


def test_beginning_of_several_words_is_near_to_none() -> None:
    assert nearest("read", ["read whatever comes", "read the whole of it"]) == ""


@pytest.mark.parametrize(
    ("word", "engine"), [("Safari", "webkit"), ("edge", "chromium"), ("chrom", "chromium"), ("ie", "")]
)
def test_engine_of_a_browser_is_meant(word: str, engine: str) -> None:
    assert meant(word, ["chromium", "firefox", "webkit"]) == engine


def test_engine_is_not_meant_where_there_is_none() -> None:
    assert meant("safari", ["safari6", "ie8"]) == "safari6"


def test_one_of_names_the_only_one_alone() -> None:
    assert (one_of(["a"]), one_of(["a", "b"])) == ("a", "one of a, b")
