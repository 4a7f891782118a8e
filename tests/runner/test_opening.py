"""Which page is opened, and how, for each kind of page that a scenario can ask for."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from lab.browser.engine import EngineFailure, NavigationFailure
from lab.errors import UsageError
from lab.events import EventLog
from lab.runner import opening
from lab.runner.opening import Pages
from tests.runner.kit import FakeRecorder, FakeTab, case

FILES = {"/lab/page.html": ("text/html", b"<!doctype html>"), "/lab/sockjs.js": ("application/javascript", b"x")}
ORIGIN = "http://app.localhost:1"


class Browser:
    """Keeps how a tab was asked for."""

    name = "chromium"

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.tab = FakeTab("")

    async def open(self, **how: Any) -> FakeTab:
        self.asked = how
        return self.tab


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    async def files(version: str, **more: Any) -> Any:
        return FILES

    monkeypatch.setattr(opening.page, "files", files)
    monkeypatch.setattr(opening, "Recorder", FakeRecorder)
    return Browser()


async def opened(browser: Any, folder: Path, **page: Any) -> Pages:
    pages = Pages(case(page=page), EventLog(), folder)
    async with contextlib.AsyncExitStack() as stack:
        await pages.files()
        await pages.open(browser, stack, origin=ORIGIN, proxy=None, trace=False)
    return pages


async def test_labs_page_comes_from_the_pages_origin(browser: Browser, tmp_path: Path) -> None:
    await opened(browser, tmp_path)
    assert browser.tab.urls == [f"{ORIGIN}/lab/page.html"]
    assert (browser.asked["cookies"], browser.asked["user_agent"], browser.asked["scripts"]) == (None, None, ())
    assert browser.tab.closed


async def test_page_from_disk_is_written_and_loaded(browser: Browser, tmp_path: Path) -> None:
    pages = await opened(browser, tmp_path, origin="file")
    assert pages.url.startswith("file:///") and browser.tab.urls == [pages.url]
    assert (tmp_path / "page" / "sockjs.js").read_bytes() == b"x"


async def test_own_page_is_given_the_recorder(browser: Browser, tmp_path: Path) -> None:
    await opened(browser, tmp_path, url="{origin}/app/")
    assert browser.tab.urls == [f"{ORIGIN}/app/"]
    (script,) = browser.asked["scripts"]
    assert "__sockjsLab" in script


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("{origin}/app", "See what the server answers there"),
        ("http://127.0.0.1:9/app", "Begin page.url with {origin}"),
        (None, ""),
    ],
)
async def test_own_page_that_does_not_load_is_told_with_what_helps(
    browser: Browser, tmp_path: Path, url: str | None, said: str
) -> None:
    async def refuse(url: str) -> None:
        raise NavigationFailure(f"chromium loaded {url} and got status 404.")

    browser.tab.goto = refuse  # type: ignore[method-assign]
    with pytest.raises(NavigationFailure) as raised:
        await opened(browser, tmp_path, url=url)
    assert raised.value.remedy.startswith(said) and bool(raised.value.remedy) is bool(said)


async def test_persona_tells_its_user_agent(browser: Browser, tmp_path: Path) -> None:
    await opened(browser, tmp_path, persona="ie8", cookies="refuse third-party")
    assert "MSIE 8.0" in browser.asked["user_agent"]
    assert browser.asked["cookies"] == "refuse-third-party"


def test_unknown_persona_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no persona named ie88"):
        Pages(case(page={"persona": "ie88"}), EventLog(), tmp_path)


async def test_every_tab_must_answer(browser: Browser, tmp_path: Path) -> None:
    pages = Pages(case(), EventLog(), tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        await pages.files()
        await pages.must_answer()
        await pages.open(browser, stack, origin=ORIGIN, proxy=None, trace=False)  # type: ignore[arg-type] # a fake
        await pages.another("two")
        await pages.must_answer()
        (beside,) = browser.tab.others
        assert (browser.tab.asked, beside.asked) == (1, 1)
        beside.breaks = "answers never"
        with pytest.raises(EngineFailure, match="the browser hangs"):
            await pages.must_answer()
