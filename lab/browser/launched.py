"""An engine that Playwright launches itself: one browser, and a context of its own for each tab."""

import asyncio
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Playwright

from lab.browser import display, driver
from lab.browser.engine import EngineFailure, Tab
from lab.browser.find import Found, locate
from lab.browser.home import Home
from lab.browser.page_tab import PageTab, said_in, told
from lab.tasks import spawn

LAUNCH_S = 60.0
OPEN_S = 20.0
STOP_S = 10.0


class LaunchedEngine:
    """The `lab.browser.engine.Engine` of a browser that has contexts; a subclass says how it is launched."""

    name: str
    traces_cheaply = True

    def __init__(self, *, headed: bool = False) -> None:
        self.version = ""
        self._headed = headed
        self._home: Home | None = None
        self._has_driver = False
        self._has_display = False
        self._launching: asyncio.Task[Browser] | None = None
        self._tabs: set[PageTab] = set()

    def launch_options(self, found: Found) -> Mapping[str, Any]:
        """What this engine adds to Playwright's ``launch``."""
        return {}

    def context_options(self) -> Mapping[str, Any]:
        """What this engine adds to Playwright's ``new_context``."""
        return {}

    async def start(self) -> None:
        """See `lab.browser.engine.Engine.start`."""
        found = locate(self.name)
        try:
            self._home = Home()
            if self._headed and not display.of_the_user():
                self._home.env["DISPLAY"] = await display.acquire()
                self._has_display = True
            playwright = await driver.acquire()
            self._has_driver = True
            self._launching = spawn(self._launch(playwright, found, self._home), name=f"launch {self.name}")
            # Not cancelled with us: stop() must get hold of the browser that is about to exist.
            browser = await asyncio.wait_for(asyncio.shield(self._launching), LAUNCH_S)
            browser.on("disconnected", lambda _: self._lost())
            self.version = browser.version
        except BaseException as error:
            await self.stop()
            if isinstance(error, TimeoutError):
                raise EngineFailure(f"{self.name} did not start within {LAUNCH_S:g} s.") from error
            if isinstance(error, Error):
                raise EngineFailure(
                    f"{self.name} did not start: {told(error)}.{said_in(error)}", remedy="Run: lab doctor"
                ) from error
            raise

    async def open(self, *, proxy: str | None = None, trace: bool = False) -> Tab:
        """See `lab.browser.engine.Engine.open`."""
        if self._launching is None or not self._launching.done():
            raise EngineFailure(f"{self.name} is not running.")
        browser = self._launching.result()
        settings = {"proxy": {"server": proxy}} if proxy else {}
        try:
            return await asyncio.wait_for(self._open(browser, trace, {**self.context_options(), **settings}), OPEN_S)
        except Error as error:
            raise EngineFailure(f"{self.name} could not open a tab: {told(error)}") from error
        except TimeoutError as error:
            raise EngineFailure(f"{self.name} could not open a tab within {OPEN_S:g} s.") from error

    async def stop(self) -> None:
        """See `lab.browser.engine.Engine.stop`."""
        for tab in self._tabs:
            tab.lost("was stopped")
        self._tabs.clear()
        launching, self._launching = self._launching, None
        if launching is not None:
            try:
                browser = await asyncio.wait_for(launching, STOP_S)
                await asyncio.wait_for(browser.close(), STOP_S)
            except (Error, TimeoutError):
                pass  # It never started, is dead or hangs: its processes are ended below.
        if self._has_driver:
            self._has_driver = False
            await driver.release()
        if self._home is not None:
            home, self._home = self._home, None
            await home.remove()
        if self._has_display:
            self._has_display = False
            await display.release()

    async def _launch(self, playwright: Playwright, found: Found, home: Home) -> Browser:
        options: dict[str, Any] = {
            "executable_path": found.executable,
            "headless": not self._headed,
            "env": home.env,
            "traces_dir": home.path / "traces",
            # Ctrl-C is for the lab, which ends its browsers in order.
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
            "timeout": LAUNCH_S * 1000,
            **self.launch_options(found),
        }
        kinds = {"chromium": playwright.chromium, "firefox": playwright.firefox, "webkit": playwright.webkit}
        return await kinds[self.name].launch(**options)

    async def _open(self, browser: Browser, trace: bool, options: Mapping[str, Any]) -> Tab:
        context = await browser.new_context(**options)
        try:
            if trace:
                # No screenshots: filming the page costs time on the machine that is being measured.
                await context.tracing.start(snapshots=True, screenshots=False)
            page = await context.new_page()
        except BaseException:
            await _close(context)
            raise

        async def end_state() -> None:
            self._tabs.discard(tab)
            await context.close()

        tab = PageTab(page, engine=self.name, traced=trace, end_state=end_state)
        self._tabs.add(tab)
        if not browser.is_connected():
            tab.lost("ended unexpectedly")
        return tab

    def _lost(self) -> None:
        for tab in self._tabs:
            tab.lost("ended unexpectedly")


async def _close(context: BrowserContext) -> None:
    try:
        await asyncio.wait_for(context.close(), STOP_S)
    except (Error, TimeoutError):
        return  # The browser is dead or hangs: its engine ends it.
