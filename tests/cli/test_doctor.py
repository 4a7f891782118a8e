import json
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from lab.runner import doctor
from lab.runner.doctor import Finding
from tests.cli.kit import Ended

PYTHON = Finding("Python", True, "3.11.7")
WEBKIT = Finding("webkit", False, "webkit is not installed.", "Run: lab install webkit")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The engines that the doctor was asked for; it finds `PYTHON`, and `WEBKIT` where it is asked for it."""
    names: list[list[str]] = []

    async def examine(engines: Sequence[str]) -> AsyncIterator[Finding]:
        names.append([str(name) for name in engines])
        yield PYTHON
        if "webkit" in engines:
            yield WEBKIT

    monkeypatch.setattr(doctor, "examine", examine)
    return names


def test_doctor_says_that_all_is_well(asked: list[list[str]], quick: Callable[..., Ended]) -> None:
    ended = quick("doctor", "--browser", "firefox")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == "ok      Python           3.11.7\nAll is well.\n"
    assert asked == [["firefox"]]


def test_doctor_names_the_remedy_of_what_is_missing(asked: list[list[str]], quick: Callable[..., Ended]) -> None:
    ended = quick("doctor")
    assert ended.status == 3 and asked == [["chromium", "firefox", "webkit"]]
    assert ended.out.splitlines()[1:] == [
        "failed  webkit           webkit is not installed.",
        "                         Run: lab install webkit",
        "1 of 2 checks failed.",
    ]


def test_doctor_tells_machines_the_same(asked: list[list[str]], quick: Callable[..., Ended]) -> None:
    ended = quick("doctor", "--json")
    assert ended.status == 3
    told = json.loads(ended.out)
    assert told["ok"] is False
    assert told["findings"][1] == {
        "check": "webkit",
        "ok": False,
        "detail": "webkit is not installed.",
        "remedy": "Run: lab install webkit",
    }
