"""The tables of the server's benchmark: ratios round by round, and which aims hold."""

import importlib.util
import sys
from pathlib import Path

import pytest

_PATH = Path(__file__).parents[2] / "benchmarks" / "tables.py"


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("lab_benchmark_tables", _PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_ratio_is_the_median_of_the_rounds_that_both_took_part_in(tables) -> None:
    ours, theirs = {0: 20.0, 1: 30.0, 2: 80.0, 3: 1.0}, {0: 10.0, 1: 10.0, 2: 20.0, 4: 1.0}
    assert tables.better("per_s", ours, theirs) == 3
    assert tables.better("cpu_s_per_10k", ours, theirs) == pytest.approx(1 / 3)
    assert tables.better("per_s", ours, {9: 1.0}) is None


def test_table_shows_medians_and_ratios(tables) -> None:
    cell = tables.Cell("per_s", "websocket", 50)
    text = tables.render({cell: {"ours": {0: 3000.0, 1: 1000.0}, "aio-libs": {0: 1000.0, 1: 1000.0}}})
    assert ["websocket", "50", "2,000", "1,000", "(2.00)"] in [line.split() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("ours", "verdict"), [(150.0, "holds  1.5 times aio-libs"), (149.0, "SHORT  1.5 times aio-libs")]
)
def test_aim_holds_where_every_cell_does(tables, ours: float, verdict: str) -> None:
    figures = {
        tables.Cell("per_s", "websocket", 1): {"ours": {0: 900.0}, "aio-libs": {0: 100.0}},
        tables.Cell("per_s", "xhr-polling", 50): {"ours": {0: ours}, "aio-libs": {0: 100.0}},
    }
    text = tables.render(figures)
    assert verdict in text
    assert ("per_s xhr-polling 50: 1.49" in text) is verdict.startswith("SHORT")
    assert "tornado" not in text


def test_uvloop_is_compared_with_uvloop(tables) -> None:
    cell = tables.Cell("cpu_s_per_10k", "websocket", 50)
    servers = {"ours": 1.0, "ours, uvloop": 0.5, "bare aiohttp": 1.0, "bare aiohttp, uvloop": 0.3}
    text = tables.render({cell: {name: {0: value} for name, value in servers.items()}})
    own, with_uvloop = text.split("Aims of")[1:]
    assert "holds  within 20 %" in own
    assert "SHORT  within 20 %" in with_uvloop


def test_memory_has_an_aim_for_websockets_alone(tables) -> None:
    figures = {
        tables.Cell("kib", transport, 1000): {"ours": {0: 5.0}, "tornado": {0: value}}
        for transport, value in (("websocket", 6.0), ("xhr-polling", 4.0))
    }
    assert "holds  less memory per idle websocket session than tornado (1 of 1 cells)" in tables.render(figures)
