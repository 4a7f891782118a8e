"""WebKit: a stock WebKitGTK, one MiniBrowser per tab, or Playwright's own build.

MiniBrowser has one page and no contexts, and takes its proxy when it starts, so each tab is a process of
its own. As soon as one was taken the next of its kind is started, for the next tab to find it ready. Its proxy
is known only then: until then it is told of a relay.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from lab.browser import display, driver
from lab.browser.engine import Cookies, Engine, EngineFailure, Tab
from lab.browser.find import Found, find, locate
from lab.browser.launched import LaunchedEngine
from lab.browser.minibrowser import Kind, MiniBrowser
from lab.errors import EnvironmentFailure
from lab.tasks import end, spawn


class PlaywrightWebKit(LaunchedEngine):
    """Playwright's own build: a context per tab, like Chromium.

    Written after Playwright's documentation and not tried: its builds could not be downloaded where the lab
    was written.
    """

    name = "webkit"

    def context_options(self) -> Mapping[str, Any]:
        """Trust in any certificate."""
        return {"ignore_https_errors": True}


class StockWebKit:
    """A stock WebKitGTK: a process per tab, on a display."""

    name = "webkit"
    traces_cheaply = False
    starts_ahead = True
    """Whether the next process is started as soon as one was taken."""

    def __init__(self, *, headed: bool) -> None:
        self.version = ""
        self._headed = headed
        self._found: Found | None = None
        self._display: str | None = None
        self._has_driver = False
        self._tabs: set[MiniBrowser] = set()
        self._next: MiniBrowser | None = None
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See `lab.browser.engine.Engine.start`."""
        try:
            self._found = await find(self.name)
            if not (self._headed and display.of_the_user()):
                self._display = await display.acquire()
            self._playwright = await driver.acquire()
            self._has_driver = True
            self.version = self._found.version
        except BaseException:
            await self.stop()
            raise

    async def open(
        self,
        *,
        proxy: str | None = None,
        trace: bool = False,
        cookies: Cookies | None = None,
        user_agent: str | None = None,
        scripts: Sequence[str] = (),
        distrustful: bool = False,
    ) -> Tab:
        """See `lab.browser.engine.Engine.open`."""
        if not self._has_driver or self._found is None:
            raise EngineFailure(f"{self.name} is not running.")
        kind = Kind.of(proxy, cookies, user_agent, distrustful=distrustful)
        process = await self._take(kind)
        self._tabs.add(process)
        try:
            if not process.alive:
                await process.start(self._playwright)
            tab = await process.open(
                proxy=proxy, trace=trace, scripts=scripts, ended=lambda: self._tabs.discard(process)
            )
        except BaseException:
            self._tabs.discard(process)
            await process.stop("did not start")
            raise
        if self.starts_ahead and self._next is None:
            self._next = self._process(kind)
            self._starting = spawn(self._next.start(self._playwright), name="start the next MiniBrowser")
        return tab

    async def _take(self, kind: Kind) -> MiniBrowser:
        """The process that was started ahead, where it is of this kind and lives; else a new one, not started."""
        following, starting = self._next, self._starting
        if following is None or starting is None:
            return self._process(kind)
        self._next = self._starting = None
        if following.kind != kind:
            await end(starting)
        else:
            await asyncio.wait({starting})
            if not starting.cancelled() and starting.exception() is None and following.alive:
                return following
        await following.stop("was not wanted")
        return self._process(kind)

    def _process(self, kind: Kind) -> MiniBrowser:
        if self._found is None or self._found.executable is None:
            raise EngineFailure(f"{self.name} is not running.")
        return MiniBrowser(self._found.executable, display=self._display, kind=kind)

    async def stop(self) -> None:
        """See `lab.browser.engine.Engine.stop`."""
        tabs, self._tabs = self._tabs, set()
        following, self._next = self._next, None
        await end(self._starting)
        if following is not None:
            tabs.add(following)
        await asyncio.gather(*(process.stop("was stopped") for process in tabs))
        if self._has_driver:
            self._has_driver = False
            await driver.release()
        if self._display is not None:
            self._display = None
            await display.release()


def create(*, headed: bool, trusted_spki: str | None) -> Engine:
    """The engine; see `lab.browser.engines.create`. ``trusted_spki`` is not needed: it trusts any certificate."""
    try:
        found = locate("webkit")
    except EnvironmentFailure:
        return StockWebKit(headed=headed)  # Its start() says what is missing.
    stock = found.executable is not None and found.executable.name == "MiniBrowser"
    return StockWebKit(headed=headed) if stock else PlaywrightWebKit(headed=headed)
