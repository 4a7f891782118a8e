from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lab import npm
from lab.browser import client, install
from lab.errors import EnvironmentFailure
from lab.scenario.model import Client
from tests.cli.kit import Ended


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for; nothing is installed."""
    wanted: list[str] = []

    def engines(names: Sequence[str], tell: Callable[[str], None]) -> None:
        wanted.extend(str(name) for name in names)
        tell("chromium: installed")

    async def fetch(version: str) -> Path:
        wanted.append(version)
        return Path("client")

    monkeypatch.setattr(install, "install", engines)

    async def package(wanted: object) -> dict[str, bytes]:
        return {}

    monkeypatch.setattr(client, "fetch", fetch)
    monkeypatch.setattr(npm, "fetch", package)
    return wanted


def test_install_takes_every_engine_and_the_client(asked: list[str], quick: Callable[..., Ended]) -> None:
    ended = quick("install")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "chromium: installed",
        f"sockjs-client {Client().version}: in the cache",
        "d3 7.9.2: in the cache",
    ]
    assert asked == ["chromium", "firefox", "webkit", Client().version]


def test_install_takes_the_engines_that_are_named(asked: list[str], quick: Callable[..., Ended]) -> None:
    assert quick("install", "webkit", "firefox").status == 0
    assert asked[:-1] == ["webkit", "firefox"]


def test_install_refuses_an_unknown_engine(asked: list[str], quick: Callable[..., Ended]) -> None:
    ended = quick("install", "opera")
    assert ended.status == 2 and "'opera'" in ended.err and asked == []


def test_install_tells_what_could_not_be_had(
    asked: list[str], quick: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(version: str) -> Path:
        raise EnvironmentFailure("no network.", remedy="Connect.")

    monkeypatch.setattr(client, "fetch", fetch)
    ended = quick("install")
    assert ended.status == 3 and ended.err == "lab: no network.\n     Connect.\n"
