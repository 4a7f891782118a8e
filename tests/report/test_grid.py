from lab.report.grid import grid_of
from tests.report.sample import case, direct


def test_grid_has_a_row_per_scenario_and_matrix_and_a_column_per_engine() -> None:
    grid = grid_of(
        [
            direct("webkit"),
            case("odd", matrix={"client.version": "1.1.5"}),
            case("odd", matrix={"client.version": "1.6.1"}),
            direct("chromium"),
        ]
    )
    assert list(grid.engines) == ["chromium", "webkit", "odd"]
    assert [(row.scenario, row.matrix, row.cells) for row in grid.rows] == [
        ("scenarios/direct/plain.yaml", "", {"webkit": [0], "chromium": [3]}),
        ("scenarios/corporate/strip-and-buffer.yaml", "client.version = 1.1.5", {"odd": [1]}),
        ("scenarios/corporate/strip-and-buffer.yaml", "client.version = 1.6.1", {"odd": [2]}),
    ]


def test_grid_keeps_every_repetition_and_every_version() -> None:
    grid = grid_of(
        [direct("chromium"), direct("chromium", engine_version="157"), direct("chromium", engine_version="")]
    )
    assert grid.engines == {"chromium": ["156.0.7204.0", "157"]}
    assert grid.rows[0].cells == {"chromium": [0, 1, 2]}


def test_grid_of_no_cases_is_empty() -> None:
    grid = grid_of([])
    assert (grid.engines, grid.rows) == ({}, [])
