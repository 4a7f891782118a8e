import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.network.behaviour import Catalogue
from lab.shipped import PROXIES
from tests.cli.kit import Ended, normal, stored


def test_behaviours_lists_each_file_with_what_it_does(quick: Callable[..., Ended]) -> None:
    ended = quick("behaviours")
    assert ended.status == 0 and ended.err == ""
    lines = {name: (kind, text) for name, kind, text in (line.split(maxsplit=2) for line in ended.out.splitlines())}
    folders = {"proxy": PROXIES, "link": PROXIES / "link"}
    kinds = {path.stem: kind for kind, folder in folders.items() for path in folder.glob("[!_]*.py")}
    assert {name: kind for name, (kind, _) in lines.items()} == kinds
    assert list(lines) == sorted(kinds)
    assert lines["buffering"] == ("proxy", "Holds the bodies of responses back.")
    assert lines["block_info"][1] == "Refuses `/info`, the request that every SockJS client begins with."


def test_behaviours_explains_one(quick: Callable[..., Ended]) -> None:
    ended = quick("behaviours", "buffering")
    assert ended.status == 0 and ended.err == ""
    assert normal(ended.out) == stored("behaviours-buffering", ended.out)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "bandwidth",
            "  rate: size from 1B (default 195KiB)\n      How much passes per second, in",
        ),
        ("reset", "  time: duration or null (default null)\n"),
        ("reset", "\n\nA duration has its unit: 250ms, 5s, 2m, 1h. A size too: 100B, 4KiB, 1MiB, 1GiB.\n\n"),
        ("replace_text", "  find: text (required)\n"),
        ("replace_text", '  put: text (default "")\n'),
        ("block", '  body: text (default "The proxy does not allow this request.\\n")\n      The body of an answer'),
        ("block", "  answer: hang, reset, close or whole number from 200 to 599 (default 403)\n"),
        ("strip_cookies", "  names: list of text (default [])\n"),
        (
            "drop_request_body",
            "\n\nParameters: none\n\nLimits: when (transport, url, method, header, direction:",
        ),
        ("latency", "\n\nLimits: when (direction: up or down), after, for, every, nth (of its\nconnections) and"),
        (
            "latency",
            "latency: a behaviour of a link, which acts on bytes and time\n\nMakes everything",
        ),
    ],
)
def test_behaviours_says_what_may_be_given(quick: Callable[..., Ended], name: str, told: str) -> None:
    assert told in quick("behaviours", name).out


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_behaviours_fits_the_terminal(
    quick: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = quick("behaviours", "no_upgrade").out.splitlines()
    assert 50 < max(len(line) for line in lines if "://" not in line) <= min(columns, 100)


@pytest.mark.parametrize("name", list(Catalogue()))
def test_behaviours_tells_of_each_what_it_does_who_does_it_and_what_survives(name: str) -> None:
    text = inspect.cleandoc(sys.modules[Catalogue()[name].__module__].__doc__ or "")
    parts = {re.split("[:,]", part)[0]: part for part in text.split("\n\n")}
    leads = ("On the wire", "Who does it", "What survives")
    assert tuple(lead for lead in parts if lead in leads) == leads
    source = "https?://|[Mm]easured|RFC|[Nn]o product (is known|was found)"
    assert re.search(source, parts["Who does it"]), "neither a source, nor that none is known"


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
    assert ended.out.startswith(
        "wobble: a behaviour of a proxy or a balancer, which acts on HTTP\n\n"
        "Wobbles the line.\n\nParameters:\n  much: whole number (required)\n      How much it wobbles.\n\nLimits: "
    )
