import pytest

from lab.report.grid import axes_of, grid_of, in_words, keys_of, name_of, rest_of, value_of, versions_of
from lab.timeline.results import CaseResult
from tests.report.sample import TRANSPORTS, case, direct, transports


def of_matrix(engine: str = "chromium", **matrix: object) -> CaseResult:
    return direct(engine, matrix={key.replace("_", "."): value for key, value in matrix.items()})


def test_grid_of_many_scenarios_has_a_row_per_scenario_and_a_column_per_engine() -> None:
    grid = grid_of(
        [
            direct("webkit"),
            case("odd", matrix={"client.version": "1.1.5"}),
            case("odd", matrix={"client.version": "1.6.1"}),
            direct("chromium"),
        ]
    )
    assert (grid.rows_key, grid.columns_key, grid.columns) == ("scenario", "engine", ["chromium", "webkit", "odd"])
    assert [(row.value, row.cells) for row in grid.rows] == [
        ("scenarios/direct/plain.yaml", {"webkit": [0], "chromium": [3]}),
        ("scenarios/corporate/strip-and-buffer.yaml", {"odd": [1, 2]}),
    ]
    assert grid.rows[0].title == "Nothing between the browser and the server"
    assert grid.rest == ["client.version"]


def test_grid_of_one_scenario_has_its_largest_key_and_engines() -> None:
    cases = transports()
    grid = grid_of(cases)
    assert (grid.rows_key, grid.columns_key) == ("client.transports", "engine")
    assert [row.value for row in grid.rows] == TRANSPORTS
    assert grid.keys == ["client.transports", "page.scheme", "page.origin", "engine"]
    assert [rest_of(cases[place], grid) for place in grid.rows[0].cells["webkit"]] == [
        "http, same",
        "http, cross",
        "https, same",
        "https, cross",
    ]


@pytest.mark.parametrize(
    ("cases", "axes"),
    [
        ([], ("scenario", "engine")),
        ([direct("chromium")], ("scenario", "engine")),
        ([of_matrix(a="1"), of_matrix(a="2")], ("a", "engine")),
        ([of_matrix(a="1"), of_matrix()], ("scenario", "engine")),
        ([of_matrix(a="1", b=1), of_matrix(a="2", b=2), of_matrix(a="2", b=3)], ("b", "a")),
        ([of_matrix(a="1", b=1), of_matrix("webkit", a="2", b=2)], ("a", "engine")),
        ([direct("chromium"), case("chromium")], ("scenario", "engine")),
    ],
)
def test_axes_are_what_tells_the_cases_apart(cases: list[CaseResult], axes: tuple[str, str]) -> None:
    assert axes_of(cases) == axes


def test_grid_takes_any_two_keys() -> None:
    cases = [of_matrix(a="x", b=True), of_matrix("webkit", a="y", b=False)]
    grid = grid_of(cases, ("b", "a"))
    assert [(row.value, row.cells) for row in grid.rows] == [("true", {"x": [0]}), ("false", {"y": [1]})]
    assert rest_of(cases[0], grid) == "chromium"


def test_grid_keeps_every_repetition_and_every_version() -> None:
    cases = [direct("chromium"), direct("chromium", engine_version="157"), direct("chromium", engine_version="")]
    assert grid_of(cases).rows[0].cells == {"chromium": [0, 1, 2]}
    assert versions_of(cases, "chromium") == ["156.0.7204.0", "157"]


def test_grid_of_no_cases_is_empty() -> None:
    grid = grid_of([])
    assert (grid.columns, grid.rows, keys_of([])) == ([], [], [])


def test_rest_names_the_key_of_what_does_not_speak_for_itself() -> None:
    cases = [of_matrix(x="x", y="z", b_c=2, d=True), of_matrix(x="y", y="w", b_c=3, d=False)]
    assert rest_of(cases[1], grid_of(cases)) == "c 3, d false"


def test_rest_does_not_repeat_the_transport() -> None:
    one, other = of_matrix(a="websocket", b="x"), of_matrix(a="xhr-polling", b="y")
    grid = grid_of([one, other], ("scenario", "engine"))
    assert (one.transport, rest_of(one, grid)) == ("websocket", "x")
    assert (other.transport, rest_of(other, grid)) == ("websocket", "xhr-polling, y")


@pytest.mark.parametrize(
    ("value", "words"),
    [("https", "https"), (["a", "b"], "a, b"), ([], "[]"), ([1], "[1]"), (True, "true"), ({"a": 1}, '{"a": 1}')],
)
def test_value_in_words(value: object, words: str) -> None:
    assert in_words(value) == words
    assert value_of(of_matrix(a=value), "a") == words
    assert value_of(of_matrix(), "a") == ""


@pytest.mark.parametrize(
    ("key", "name"), [("page.scheme", "scheme"), ("network.0.no_upgrade.answer", "answer"), ("network.0", "network")]
)
def test_name_of_a_key_is_its_last_word(key: str, name: str) -> None:
    assert name_of(key) == name
