"""WebKit: a stock WebKitGTK, one MiniBrowser per tab, or Playwright's own build.

MiniBrowser has one page and no contexts, and takes its proxy when it starts, so each tab is a process of
its own. Starting the next one ahead does not pay: its proxy is known only when the tab is opened, and a
process that starts while another case is measured takes that case's time.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from lab.browser import display, driver
from lab.browser.engine import Engine, EngineFailure, Tab
from lab.browser.find import Found, find, locate
from lab.browser.launched import LaunchedEngine
from lab.browser.minibrowser import MiniBrowser
from lab.errors import EnvironmentFailure


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

    def __init__(self, *, headed: bool) -> None:
        self.version = ""
        self._headed = headed
        self._found: Found | None = None
        self._display: str | None = None
        self._has_driver = False
        self._tabs: set[MiniBrowser] = set()

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

    async def open(self, *, proxy: str | None = None, trace: bool = False) -> Tab:
        """See `lab.browser.engine.Engine.open`."""
        if not self._has_driver or self._found is None or self._found.executable is None:
            raise EngineFailure(f"{self.name} is not running.")
        process = MiniBrowser(self._found.executable, display=self._display, proxy=proxy)
        self._tabs.add(process)
        try:
            return await process.open(self._playwright, trace=trace, ended=lambda: self._tabs.discard(process))
        except BaseException:
            self._tabs.discard(process)
            await process.stop("did not start")
            raise

    async def stop(self) -> None:
        """See `lab.browser.engine.Engine.stop`."""
        tabs, self._tabs = self._tabs, set()
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
