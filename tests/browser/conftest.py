"""Engines that are started once for all tests of this room, and something for them to load."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from lab.browser import home, launched, minibrowser
from lab.browser.engine import Engine, Tab
from lab.browser.engines import create
from lab.browser.page import files
from lab.network.authority import Authority
from lab.server.host import LabServer
from tests.browser.kit import Commands, Page, need


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the engines trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["chromium", "firefox", "webkit"])
async def engine(request: pytest.FixtureRequest, authority: Authority) -> AsyncIterator[Engine]:
    need(request.param)
    made = create(request.param, trusted_spki=authority.spki)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def tab(engine: Engine) -> AsyncIterator[Tab]:
    opened = await engine.open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page_files() -> dict[str, tuple[str, bytes]]:
    return await files("1.6.1")


@pytest_asyncio.fixture(loop_scope="session")
async def server(page_files: dict[str, tuple[str, bytes]]) -> AsyncIterator[LabServer]:
    started = LabServer(files=page_files)
    await started.start()
    yield started
    await started.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(tab: Tab, server: LabServer) -> AsyncIterator[Page]:
    opened = Page(tab, f"http://127.0.0.1:{server.port}")
    await opened.start()
    yield opened
    await opened.recorder.stop()


@pytest.fixture
def homes(monkeypatch: pytest.MonkeyPatch) -> list[home.Home]:
    """The homes of the browsers that the test starts: by them it knows their processes and files."""
    made: list[home.Home] = []

    class Noted(home.Home):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(launched, "Home", Noted)
    monkeypatch.setattr(minibrowser, "Home", Noted)
    return made


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A PATH on which there is nothing but the commands that the test adds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Commands(folder)
