from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.kit import Ended, controls, normal, stored

ONE = "title: {title}\ntags: [{tag}]\nexpect: {{transport: websocket}}\n"


def two(folder: Path) -> Path:
    """A folder with two scenarios."""
    (folder / "first.yaml").write_text(ONE.format(title="The first", tag="a"))
    (folder / "second.yaml").write_text(ONE.format(title="The second", tag="b") + "browsers: [firefox]\n")
    return folder


def test_list_shows_the_cases_of_a_folder_under_their_titles(quick: Callable[..., Ended], tmp_path: Path) -> None:
    ended = quick("list", two(tmp_path))
    assert ended.status == 0 and ended.err == ""
    assert normal(ended.out) == stored("list", ended.out)


def test_list_shows_the_shipped_scenarios_where_no_path_is_given(
    quick: Callable[..., Ended], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = quick("list")
    assert ended.status == 0 and not controls(ended.out)
    names = {line.split("[")[0].strip() for line in ended.out.splitlines() if line.startswith("  ")}
    shipped = root / "scenarios"
    assert names == {path.relative_to(shipped).with_suffix("").as_posix() for path in shipped.rglob("*.yaml")}


def test_list_shows_only_what_is_selected(quick: Callable[..., Ended], tmp_path: Path) -> None:
    assert quick("list", two(tmp_path), "-k", "b or (first and webkit)").out.split("\n") == [
        "The first",
        "  first[webkit]",
        "The second",
        "  second[firefox]",
        "",
    ]


def test_list_tells_that_nothing_is_selected(quick: Callable[..., Ended], tmp_path: Path) -> None:
    ended = quick("list", two(tmp_path), "--browser", "chromium", "-k", "second")
    assert ended.status == 5 and ended.out == ""
    assert normal(ended.err) == stored("list-nothing", ended.err)
