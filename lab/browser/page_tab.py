"""A tab on a Playwright page, in which every call has a time limit and ends when the browser does."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, Error, Page, Request, Response
from playwright.async_api import TimeoutError as PlaywrightTimeout

from lab.browser.engine import (
    ANSWER_S,
    EVALUATE_S,
    EngineFailure,
    NavigationFailure,
    NoAnswer,
    PageError,
    PageTimeout,
    Tab,
    Unsupported,
)
from lab.browser.freeze import Awake, Freezer
from lab.errors import UsageError
from lab.tasks import end, spawn

T = TypeVar("T")

GOTO_S = 20.0
ACT_MS = 5000.0
ACT_SPARE_S = 5.0
SCREENSHOT_S = 15.0
TRACE_S = 20.0
CLOSE_S = 5.0
_POLL_S = 0.02
_BUSY_PAGE = "A script of the page that works without a pause looks the same; else see `lab doctor`."

# What a script throws comes back as a value: then every error of Playwright's is the browser's.
_WRAPPED = """async (argument) => {
  try {
    const made = (%s
    );
    const value = await (typeof made === "function" ? made(argument) : made);
    return {value: value === undefined ? null : value};
  } catch (error) {
    return {error: String(error)};
  }
}"""


class PageTab:
    """The `lab.browser.engine.Tab` of every engine that Playwright drives."""

    def __init__(
        self,
        page: Page,
        *,
        engine: str,
        traced: bool,
        end_state: Callable[[], Awaitable[None]],
        another: Callable[[], Awaitable[Tab]],
        freezer: Freezer,
        awake: Awake,
    ) -> None:
        """Watch ``page``.

        ``end_state`` ends what was opened for it (its context or its process), ``another`` opens a tab in that,
        ``freezer`` freezes it, which stops ``awake``.
        """
        self._page = page
        self._engine = engine
        self._traced = traced
        self._end_state = end_state
        self._another = another
        self._freezer = freezer
        self._awake = awake
        self._beside: list[Tab] = []
        self._closed = False
        self.hangs = False
        """Whether it gave no sign of life when it was asked for one."""
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._refused: asyncio.Future[str] | None = None
        page.on("requestfailed", self._request_failed)
        page.on("crash", lambda _: self.lost("crashed"))
        page.on("close", lambda _: self.lost("ended or closed the page"))

    def lost(self, why: str) -> None:
        """Say that the page is gone; every pending and later call raises `EngineFailure`."""
        if not self._gone.done():
            self._gone.set_result(why)

    @property
    def alive(self) -> bool:
        """See `lab.browser.engine.Tab.alive`."""
        return not self._gone.done()

    @property
    def browser(self) -> Browser | None:
        """The browser that it belongs to."""
        return self._page.context.browser

    async def goto(self, url: str) -> None:
        """See `lab.browser.engine.Tab.goto`."""
        await self._navigate(self._page.goto(url, timeout=GOTO_S * 1000), url)

    async def reload(self) -> None:
        """See `lab.browser.engine.Tab.reload`."""
        await self._navigate(self._page.reload(timeout=GOTO_S * 1000), self._page.url)

    async def _navigate(self, going: Coroutine[Any, Any, Response | None], url: str) -> None:
        try:
            response = await self._answer(self._load(going), f"load {url}", GOTO_S + 2, NavigationFailure)
        except NavigationFailure:
            # A dying browser fails the navigation a moment before it is known to be dead.
            await asyncio.wait({self._gone}, timeout=0.1)
            self._must_live(f"load {url}")
            raise
        if response is not None and response.status >= 400:
            raise NavigationFailure(f"{self._engine} loaded {url} and got status {response.status}.")
        if response is None and url.startswith("http"):
            raise NavigationFailure(f"{self._engine} could not load {url}: no answer came.")

    async def evaluate(self, script: str, argument: object = None, *, within_s: float = EVALUATE_S) -> Any:
        """See `lab.browser.engine.Tab.evaluate`."""
        answer = await self._answer(self._page.evaluate(_WRAPPED % script, argument), "run a script", within_s)
        if "error" in answer:
            raise PageError(answer["error"])
        return answer["value"]

    async def must_answer(self) -> None:
        """See `lab.browser.engine.Tab.must_answer`."""
        await self._ask(f"gave no sign of life for {ANSWER_S:g} s")
        self._must_live("go on")

    async def _ask(self, why: str) -> None:
        """Ask for a sign of life; without one the tab is lost, and this is why."""
        try:
            await self._answer(self._sign_of_life(), "go on", ANSWER_S)
        except NoAnswer:
            self.hangs = True
            self.lost(why)
        except EngineFailure:
            return  # It is known to be gone.

    async def _sign_of_life(self) -> None:
        while True:
            # A page that is just being left fails at once, and the next one answers.
            with contextlib.suppress(Error):
                await self._page.evaluate("1")
                return
            await asyncio.sleep(_POLL_S)

    async def click(self, selector: str, *, within_ms: float = ACT_MS) -> None:
        """See `lab.browser.engine.Tab.click`."""
        await self._act(self._page.click(selector, strict=True, timeout=within_ms), f"click {selector}", within_ms)

    async def fill(self, selector: str, text: str, *, within_ms: float = ACT_MS) -> None:
        """See `lab.browser.engine.Tab.fill`."""
        filling = self._page.fill(selector, text, strict=True, timeout=within_ms)
        await self._act(filling, f"fill {selector}", within_ms)

    async def wait_for(
        self, selector: str | None = None, *, text: str | None = None, within_ms: float = ACT_MS
    ) -> None:
        """See `lab.browser.engine.Tab.wait_for`."""
        if (selector is None) == (text is None):
            raise UsageError("wait_for takes a selector or a text.", remedy="Give one of the two.")
        shown = self._page.locator(selector) if selector is not None else self._page.get_by_text(text or "")
        waiting = shown.first.wait_for(state="visible", timeout=within_ms)
        await self._act(waiting, f"show {selector if selector is not None else repr(text)}", within_ms)

    async def offline(self, off: bool) -> None:
        """See `lab.browser.engine.Tab.offline`."""
        await self._answer(self._page.context.set_offline(off), "go offline" if off else "go online", ACT_MS / 1000)

    async def freeze(self, for_ms: float) -> None:
        """See `lab.browser.engine.Tab.freeze`."""
        self._must_live("be frozen")
        try:
            async with self._freezer(self._page):
                with self._awake.stopped():
                    await asyncio.wait({self._gone}, timeout=for_ms / 1000)
        except Error as error:
            self._must_live("be frozen")
            raise Unsupported(f"{self._engine} cannot freeze a page: {told(error)}") from error

    async def beside(self) -> Tab:
        """See `lab.browser.engine.Tab.beside`."""
        tab = await self._answer(_awaited(self._another()), "open a second tab", GOTO_S)
        self._beside.append(tab)
        return tab

    async def _act(self, work: Coroutine[Any, Any, None], doing: str, within_ms: float) -> None:
        """What a user does to the page; where it cannot be done the page is at fault, not the browser."""
        try:
            await self._answer(_blamed(work, doing, within_ms), doing, within_ms / 1000 + ACT_SPARE_S)
        except PageError:
            self._must_live(doing)
            raise

    async def screenshot(self, path: Path) -> None:
        """See `lab.browser.engine.Tab.screenshot`."""
        await self._answer(self._page.screenshot(path=path), "make a screenshot", SCREENSHOT_S)

    async def save_trace(self, path: Path) -> bool:
        """See `lab.browser.engine.Tab.save_trace`."""
        if not self._traced:
            return False
        self._traced = False
        await self._answer(self._page.context.tracing.stop(path=path), "write its trace", TRACE_S)
        return True

    async def close(self) -> None:
        """See `lab.browser.engine.Tab.close`."""
        if self._closed:
            return
        self._closed = True
        for tab in self._beside:
            await tab.close()
        self.lost("closed the tab, as asked")
        # A dead or hanging browser is ended by its engine.
        if self._traced and not self.hangs:
            # Playwright leaves a folder of a trace that nobody stopped.
            with contextlib.suppress(Error, TimeoutError):
                await asyncio.wait_for(self._page.context.tracing.stop(), CLOSE_S)
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(self._end_state(), CLOSE_S)

    async def _load(self, going: Coroutine[Any, Any, Response | None]) -> Response | None:
        """Navigate, and fail as soon as the page's own request has: WebKit's navigation waits on."""
        self._refused = asyncio.get_running_loop().create_future()
        loading = spawn(going, name=f"{self._engine}: navigate")
        try:
            either: list[asyncio.Future[Any]] = [loading, self._refused]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                raise Error(self._refused.result())
            return loading.result()
        finally:
            await end(loading)

    def _request_failed(self, request: Request) -> None:
        if self._refused is not None and not self._refused.done() and self._loads_page(request):
            self._refused.set_result(request.failure or "the request failed")

    def _loads_page(self, request: Request) -> bool:
        """Whether the request is for the page itself: that of a frame is aborted where its page is left."""
        if not request.is_navigation_request():
            return False
        try:
            return request.frame == self._page.main_frame
        except Error:
            return True  # There is no frame yet.

    def _must_live(self, doing: str) -> None:
        if self._gone.done():
            remedy = _BUSY_PAGE if self.hangs else ""
            raise EngineFailure(f"{self._engine} could not {doing}: it {self._gone.result()}.", remedy=remedy)

    async def _answer(
        self,
        work: Coroutine[Any, Any, T],
        doing: str,
        limit_s: float,
        failure: type[EngineFailure] = EngineFailure,
    ) -> T:
        """What ``work`` returns; its errors, the browser's end and the end of the time are `EngineFailure`."""
        if self._gone.done():
            work.close()
        self._must_live(doing)
        task = spawn(work, name=f"{self._engine}: {doing}")
        try:
            either: list[asyncio.Future[Any]] = [task, self._gone]
            until = self._awake.now() + limit_s
            # The time for which the page is frozen does not count.
            while self.alive and not task.done() and (left_s := until - self._awake.now()) > 0:
                await asyncio.wait(either, timeout=max(left_s, _POLL_S), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            self._must_live(doing)
            raise NoAnswer(f"{self._engine} could not {doing} within {limit_s:g} s.")
        except Error as error:
            self._must_live(doing)
            raise failure(f"{self._engine} could not {doing}: {told(error)}") from error
        finally:
            await end(task)


async def _awaited(work: Awaitable[T]) -> T:
    return await work


async def _blamed(work: Coroutine[Any, Any, None], doing: str, within_ms: float) -> None:
    try:
        await work
    except PlaywrightTimeout as error:
        raise PageTimeout(f"could not {doing} within {within_ms:g} ms") from error
    except Error as error:
        raise PageError(f"could not {doing}: {told(error)}") from error


def told(error: Error) -> str:
    """What Playwright's error says, on one line and without the name of its method and its call log."""
    first = (error.message.strip().splitlines() or ["no reason given"])[0]
    _, separator, rest = first.partition(": ")
    return rest if separator and "." in first.split(": ")[0] and " " not in first.split(": ")[0] else first


def said_in(error: Error) -> str:
    """What the browser itself wrote before it failed to start, as a sentence to add to a message, or nothing."""
    lines = re.findall(r"^\[pid=\d+\]\[err\] (.*\S)", error.message, re.MULTILINE)
    fatal = [line for line in lines if "fatal" in line.lower()]
    return f" It said: {(fatal or lines)[-1]}" if lines else ""
