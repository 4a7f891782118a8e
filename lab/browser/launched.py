"""An engine that Playwright launches itself: one browser, and a context of its own for each tab.

A policy on cookies that a context cannot have for itself takes a second browser, which is launched when the
first tab wants it and then kept too. A browser that grows with every tab is replaced after some of them: the next
tabs get a new one, and the old one ends with its last tab.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from playwright.async_api import Browser, BrowserContext, BrowserType, Error, Page, Playwright

from lab.browser import display, driver
from lab.browser.engine import Cookies, EngineFailure, Tab, TooOld
from lab.browser.find import Found, locate
from lab.browser.freeze import Awake, Freezer, by_signal_to_the_busiest
from lab.browser.home import Home
from lab.browser.page_tab import PageTab, said_in, told
from lab.tasks import spawn

LAUNCH_S = 60.0
OPEN_S = 20.0
STOP_S = 5.0


class LaunchedEngine:
    """The `lab.browser.engine.Engine` of a browser that has contexts; a subclass says how it is launched."""

    name: str
    traces_cheaply = True
    tabs_per_browser: int | None = None
    """After how many tabs a browser is replaced; None where it does not grow."""

    def __init__(self, *, headed: bool = False) -> None:
        self.version = ""
        self._headed = headed
        self._home: Home | None = None
        self._found: Found | None = None
        self._playwright: Playwright | None = None
        self._has_driver = False
        self._has_display = False
        self._launching: dict[Cookies | None, asyncio.Task[Browser]] = {}
        self._tabs: set[PageTab] = set()
        self._opened: Counter[Cookies | None] = Counter()
        self._users: Counter[Browser] = Counter()
        self._retired: set[asyncio.Task[Browser]] = set()
        self._ending: set[asyncio.Task[None]] = set()

    def launch_options(self, found: Found, cookies: Cookies | None) -> Mapping[str, Any]:
        """What this engine adds to Playwright's ``launch``."""
        return {}

    def context_options(self) -> Mapping[str, Any]:
        """What this engine adds to Playwright's ``new_context``."""
        return {}

    def browser_for(self, cookies: Cookies | None) -> Cookies | None:
        """Which browser has this policy: None for the one that every engine starts with."""
        return cookies

    def freezer(self) -> Freezer:
        """How one of its pages is frozen."""
        return by_signal_to_the_busiest(lambda: self._home.family() if self._home else [])

    async def launch(self, kind: BrowserType, cookies: Cookies | None, options: Mapping[str, Any]) -> Browser:
        """Launch a browser with this policy."""
        return await kind.launch(**options)

    async def start(self) -> None:
        """See `lab.browser.engine.Engine.start`."""
        try:
            self._found = locate(self.name)
            self._home = Home()
            if self._headed and not display.of_the_user():
                self._home.env["DISPLAY"] = await display.acquire()
                self._has_display = True
            self._playwright = await driver.acquire()
            self._has_driver = True
            browser = await self._browser(None)
            self._opened.clear()
            self.version = browser.version
        except BaseException as error:
            await self.stop()
            if isinstance(error, TimeoutError):
                raise EngineFailure(f"{self.name} did not start within {LAUNCH_S:g} s.") from error
            if isinstance(error, Error):
                raise not_started(self._found or locate(self.name), error) from error
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
        if None not in self._launching:
            raise EngineFailure(f"{self.name} is not running.")
        settings: dict[str, Any] = dict(self.context_options())
        if proxy:
            settings["proxy"] = {"server": proxy}
        if user_agent:
            settings["user_agent"] = user_agent
        if distrustful:
            settings["ignore_https_errors"] = False
        try:
            browser = await self._browser(self.browser_for(cookies))
            self._users[browser] += 1
            try:
                return await asyncio.wait_for(self._open(browser, trace, settings, scripts), OPEN_S)
            except BaseException:
                self._leave(browser)
                raise
        except Error as error:
            raise EngineFailure(f"{self.name} could not open a tab: {told(error)}") from error
        except TimeoutError as error:
            raise EngineFailure(f"{self.name} could not open a tab within {OPEN_S:g} s.") from error

    async def stop(self) -> None:
        """See `lab.browser.engine.Engine.stop`."""
        for tab in self._tabs:
            tab.lost("was stopped")
        self._tabs.clear()
        launching, self._launching = [*self._launching.values(), *self._retired], {}
        self._retired.clear()
        if self._home is not None:
            self._home.hold()
        await asyncio.gather(*map(_end, launching), *self._ending)
        if self._home is not None:
            self._home.kill()  # The driver would wait for what hangs.
        if self._has_driver:
            self._has_driver = False
            await driver.release()
        if self._home is not None:
            home, self._home = self._home, None
            await home.remove()
        if self._has_display:
            self._has_display = False
            await display.release()

    async def _browser(self, cookies: Cookies | None) -> Browser:
        """The browser with this policy, launched if need be."""
        if self.tabs_per_browser is not None and self._opened[cookies] >= self.tabs_per_browser:
            self._opened[cookies] = 0
            self._retired.add(self._launching.pop(cookies))
            self._end_unused()
        self._opened[cookies] += 1
        if cookies not in self._launching:
            self._launching[cookies] = spawn(self._launch(cookies), name=f"launch {self.name}")
        launching = self._launching[cookies]
        try:
            # Not cancelled with us: stop() must get hold of the browser that is about to exist.
            return await asyncio.wait_for(asyncio.shield(launching), LAUNCH_S)
        except Error:
            if cookies is not None:
                self._launching.pop(cookies, None)
            raise

    async def _launch(self, cookies: Cookies | None) -> Browser:
        found, home, playwright = self._found, self._home, self._playwright
        assert found is not None and home is not None and playwright is not None
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
            **self.launch_options(found, cookies),
        }
        kinds = {"chromium": playwright.chromium, "firefox": playwright.firefox, "webkit": playwright.webkit}
        browser = await self.launch(kinds[self.name], cookies, options)
        browser.on("disconnected", lambda _: self._lost(browser))
        return browser

    async def _open(self, browser: Browser, trace: bool, options: Mapping[str, Any], scripts: Sequence[str]) -> Tab:
        context = await browser.new_context(**options)
        try:
            for script in scripts:
                await context.add_init_script(script)
            if trace:
                # No screenshots: filming the page costs time on the machine that is being measured.
                await context.tracing.start(snapshots=True, screenshots=False)
            page = await context.new_page()
        except BaseException:
            await _close(context)
            raise

        async def end_state() -> None:
            try:
                await context.close()
            finally:
                self._leave(browser)

        return self._tab(page, trace, end_state, Awake())

    def _tab(self, page: Page, trace: bool, end_state: Callable[[], Awaitable[None]], awake: Awake) -> PageTab:
        async def ended() -> None:
            self._tabs.discard(tab)
            if tab.hangs and self._home is not None:
                self._home.kill()  # It would not hear that it is to end.
            await end_state()

        async def another() -> Tab:
            beside = await page.context.new_page()
            return self._tab(beside, False, beside.close, awake)

        tab = PageTab(
            page,
            engine=self.name,
            traced=trace,
            end_state=ended,
            another=another,
            freezer=self.freezer(),
            awake=awake,
        )
        self._tabs.add(tab)
        browser = page.context.browser
        if browser is not None and not browser.is_connected():
            tab.lost("ended unexpectedly")
        return tab

    def _leave(self, browser: Browser) -> None:
        """One tab less in a browser."""
        self._users[browser] -= 1
        self._end_unused()

    def _end_unused(self) -> None:
        """End the browsers that were replaced and have no tabs any more."""
        for launching in list(self._retired):
            if launching.done() and (launching.exception() is not None or not self._users[launching.result()]):
                self._retired.discard(launching)
                ending = spawn(_end(launching), name=f"end a {self.name} that was replaced")
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)

    def _lost(self, browser: Browser) -> None:
        for tab in self._tabs:
            if tab.browser is browser:
                tab.lost("ended unexpectedly")


def not_started(found: Found, error: Error) -> EngineFailure:
    """Why a browser did not start; one that Playwright is too new for is told by the commands that it lacks."""
    name, why = found.name, told(error).rstrip(".")
    if "unknown command" in error.message:
        return TooOld(
            f"{name} did not start: it is older than this Playwright can drive ({why}).",
            remedy=f"Run: lab install {name}",
        )
    remedy = f"Start {found.executable} by hand: it may say more."
    if found.executable is None:
        remedy = f"Install its libraries, as root: python -m playwright install-deps {name}"
    return EngineFailure(f"{name} did not start: {why}.{said_in(error)}", remedy=remedy)


async def _end(launching: asyncio.Task[Browser]) -> None:
    try:
        browser = await asyncio.wait_for(launching, STOP_S)
        await asyncio.wait_for(browser.close(), STOP_S)
    except Exception:  # without a driver, Playwright's errors are of no class of their own
        return  # It never started, is dead or hangs: its processes are ended with its home.


async def _close(context: BrowserContext) -> None:
    try:
        await asyncio.wait_for(context.close(), STOP_S)
    except Exception:  # without a driver, Playwright's errors are of no class of their own
        return  # The browser is dead or hangs: its engine ends it.
