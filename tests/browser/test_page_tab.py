"""A tab on a page that is none: when it is lost, what its time limits count, and whose words it repeats."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from playwright.async_api import Error, Page

from lab.browser import page_tab
from lab.browser.engine import EngineFailure, NoAnswer
from lab.browser.freeze import Awake
from lab.browser.page_tab import PageTab, said_in, told
from lab.tasks import spawn

SOON_S = 0.1

FAILED_LAUNCH = """BrowserType.launch: Target page, context or browser has been closed
Browser logs:

<launching> /usr/bin/chromium --headless
<launched> pid=7
[pid=7][err] [7:7:FATAL:process_singleton_posix.cc:315] Socket path too long.
[pid=7][err] [7:ERROR:file_io_posix.cc:145] open: No such file or directory (2)
[pid=7] <process did exit: exitCode=null, signal=SIGABRT>
"""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (FAILED_LAUNCH, "Target page, context or browser has been closed"),
        ("Page.goto: net::ERR_ABORTED at http://x/\nCall log:\n  - navigating", "net::ERR_ABORTED at http://x/"),
        ("Timeout 20000ms exceeded.", "Timeout 20000ms exceeded."),
        ("net::ERR_ABORTED: see http://x.y/", "net::ERR_ABORTED: see http://x.y/"),
        ("", "no reason given"),
    ],
)
def test_told_is_the_first_line_without_the_method(message: str, line: str) -> None:
    assert told(Error(message)) == line


def test_said_in_prefers_what_was_fatal() -> None:
    assert (
        said_in(Error(FAILED_LAUNCH)) == " It said: [7:7:FATAL:process_singleton_posix.cc:315] Socket path too long."
    )


@pytest.mark.parametrize("message", ["", "BrowserType.launch: Timeout 60000ms exceeded."])
def test_said_in_is_empty_where_the_browser_said_nothing(message: str) -> None:
    assert said_in(Error(message)) == ""


class FakePage:
    """A page that answers each script with the next of ``answers``, and then not any more; an error is raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.listeners: dict[str, Callable[..., None]] = {}
        self.context = self
        self.tracing = self
        self.stopped = 0

    def on(self, event: str, listener: Callable[..., None]) -> None:
        self.listeners[event] = listener

    async def evaluate(self, script: str, argument: object = None) -> object:
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def stop(self) -> None:
        self.stopped += 1


@contextlib.asynccontextmanager
async def frozen(page: Page) -> AsyncIterator[None]:
    yield


def tab_of(page: FakePage, *, awake: Awake | None = None, traced: bool = False) -> PageTab:
    async def nothing() -> Any:
        return None

    return PageTab(
        cast(Page, page),
        engine="chromium",
        traced=traced,
        end_state=nothing,
        another=nothing,
        freezer=frozen,
        awake=awake or Awake(),
    )


async def test_page_that_answers_lives() -> None:
    tab = tab_of(FakePage(1))
    await tab.must_answer()
    assert tab.alive and not tab.hangs


async def test_page_that_is_being_left_is_asked_until_the_next_one_answers() -> None:
    left = Error("Page.evaluate: Execution context was destroyed, most likely because of a navigation")
    page = FakePage(left, left, 1)
    await tab_of(page).must_answer()
    assert page.answers == []


async def test_page_that_gives_no_sign_of_life_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_tab, "ANSWER_S", SOON_S)
    page = FakePage()
    tab = tab_of(page, traced=True)
    pending = spawn(tab.evaluate("1"), name="pending")
    with pytest.raises(EngineFailure, match=r"chromium could not go on: it gave no sign of life for 0\.1 s") as hung:
        await tab.must_answer()
    assert "script of the page" in hung.value.remedy
    assert tab.hangs and not tab.alive
    with pytest.raises(EngineFailure, match="could not run a script: it gave no sign of life"):
        await pending
    await tab.close()
    assert page.stopped == 0, "its trace is not asked for"


async def test_page_that_has_crashed_does_not_hang() -> None:
    page = FakePage(Error("Page.evaluate: Target crashed"))
    tab = tab_of(page)
    page.listeners["crash"](page)
    with pytest.raises(EngineFailure, match="chromium could not go on: it crashed") as crashed:
        await tab.must_answer()
    assert not tab.hangs and not crashed.value.remedy


async def test_script_that_takes_too_long_has_no_answer() -> None:
    tab = tab_of(FakePage())
    with pytest.raises(NoAnswer, match=r"could not run a script within 0\.1 s"):
        await tab.evaluate("1", within_s=SOON_S)
    assert tab.alive


async def test_time_of_sleep_does_not_count_in_the_tab_beside_either() -> None:
    awake = Awake()
    page = FakePage()
    tabs = [tab_of(page, awake=awake) for _ in range(2)]
    slow = [spawn(tab.evaluate("1", within_s=SOON_S), name="slow") for tab in tabs]
    await tabs[0].freeze(3 * SOON_S * 1000)
    assert not any(task.done() for task in slow), "they have slept, too"
    for task in slow:
        with pytest.raises(NoAnswer):
            await task
