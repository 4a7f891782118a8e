from collections.abc import Callable
from pathlib import Path

from lab.shipped import PROXIES
from tests.cli.kit import Ended, normal, stored


def test_behaviours_lists_each_file_with_what_it_does(quick: Callable[..., Ended]) -> None:
    ended = quick("behaviours")
    assert ended.status == 0 and ended.err == ""
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert [name for name, _ in lines] == sorted(
        path.stem for folder in (PROXIES, PROXIES / "link") for path in folder.glob("[!_]*.py")
    )
    assert dict(lines)["buffering"] == "Holds the bodies of responses back."


def test_behaviours_explains_one(quick: Callable[..., Ended]) -> None:
    ended = quick("behaviours", "buffering")
    assert ended.status == 0 and ended.err == ""
    assert normal(ended.out) == stored("behaviours-buffering", ended.out)


def test_behaviours_writes_defaults_as_a_scenario_would(quick: Callable[..., Ended]) -> None:
    assert "in each direction. (default 195KiB)\n" in quick("behaviours", "bandwidth").out
    assert "each piece leaves. (default 200ms)\n" in quick("behaviours", "response_delay").out
    replace_text = quick("behaviours", "replace_text").out
    assert "as it stands. (required)\n" in replace_text and 'its place. (default "")\n' in replace_text


def test_behaviours_knows_what_a_mistyped_one_was_meant_to_be(quick: Callable[..., Ended]) -> None:
    ended = quick("behaviours", "bufering")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "lab: there is no behaviour called bufering\n     Did you mean buffering?\n"


def test_behaviours_explains_one_of_ones_own(quick: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "wobble.py").write_text(
        '"""Wobbles the line."""\n'
        "from pydantic import Field\n"
        "from lab.network.behaviour import Behaviour\n\n\n"
        "class Wobble(Behaviour):\n"
        '    """W."""\n\n'
        "    class Parameters(Behaviour.Parameters):\n"
        '        """P."""\n\n'
        '        much: int = Field(description="How much it wobbles.")\n'
    )
    ended = quick("behaviours", "wobble", "--proxies", tmp_path)
    assert ended.out == "wobble\n\nWobbles the line.\n\nParameters:\n  much: How much it wobbles. (required)\n"
