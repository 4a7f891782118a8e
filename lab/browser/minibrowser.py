"""One MiniBrowser process of WebKitGTK, driven by Playwright through WebKit's remote inspector."""

import asyncio
import re
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from playwright.async_api import Browser, Error, Page, Playwright

from lab.browser.display import dies_with_the_lab, stop_process
from lab.browser.engine import Cookies, EngineFailure, Tab, Unsupported
from lab.browser.freeze import Awake, by_signal
from lab.browser.home import Home, ProcessWatch
from lab.browser.page_tab import PageTab, told
from lab.browser.relay import Relay
from lab.tasks import end, spawn

START_S = 20.0
ATTACH_S = 15.0
_POLL_S = 0.02
_PARTING_S = 2.0
"""How long Playwright may take to leave a page: less than `CLOSE_S`, in which all of it has to end."""
_WEB_PROCESS = "WebKitWebProces"  # The kernel keeps 15 characters of a process's name.
_LOOPBACK = "127.0.0.1"
_READY = "ready for the lab"
"""The title of the first page, by which it is known in the inspector's list."""
_POLICIES: Mapping[Cookies, str] = {"accept": "always", "refuse-third-party": "no-third-party"}


def targets_in(html: str) -> list[str]:
    """The paths of the pages' websockets (``/socket/1/1/WebPage``) in the inspector's list, in its order."""
    return re.findall(r"/socket/\d+/\d+/WebPage\b", html)


@dataclass(frozen=True)
class Kind:
    """What a process is started with and cannot change: a tab can take one of its kind that was started ahead."""

    proxy: str | None = None
    """The proxy's URL without its host and port (``http://``), None where there is none."""
    cookies: Cookies | None = None
    user_agent: str | None = None
    distrustful: bool = False
    """Whether it refuses certificates that the system does not know."""

    @classmethod
    def of(
        cls, proxy: str | None, cookies: Cookies | None, user_agent: str | None, *, distrustful: bool = False
    ) -> "Kind":
        """The kind for a tab behind ``proxy``."""
        if proxy is None:
            return cls(None, cookies, user_agent, distrustful)
        parts = urlsplit(proxy)
        scheme = "socks" if parts.scheme.startswith("socks") else parts.scheme
        who, at, _ = parts.netloc.rpartition("@")
        return cls(f"{scheme}://{who}{at}", cookies, user_agent, distrustful)


class MiniBrowser:
    """A process with one page, its home, and the list of targets that Playwright asks for."""

    def __init__(self, executable: Path, *, display: str | None, kind: Kind) -> None:
        """Prepare a MiniBrowser; ``display`` is None for the user's own."""
        self.kind = kind
        self._command = [str(executable), "--private", *([] if kind.distrustful else ["--ignore-tls-errors"])]
        if kind.cookies is not None:
            self._command.append(f"--cookies-policy={_POLICIES[kind.cookies]}")
        if kind.user_agent is not None:
            self._command.append(f"--user-agent={kind.user_agent}")
        self._relay = Relay() if kind.proxy is not None else None
        self._home = Home()
        # Neither the user's desktop services nor a proxy of the environment have a part in this.
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            self._home.env.pop(name, None)
            self._home.env.pop(name.upper(), None)
        self._home.env |= {"NO_AT_BRIDGE": "1", "GSETTINGS_BACKEND": "memory", "GIO_USE_VFS": "local"}
        if display:
            self._home.env |= {"DISPLAY": display, "GDK_BACKEND": "x11"}
            self._home.env.pop("WAYLAND_DISPLAY", None)
        self._port = 0
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._browsers: list[Browser] = []
        self._tabs: list[_Tab] = []
        self._awake = Awake()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self, playwright: Playwright) -> None:
        """Start the process and attach to its page; raises `EngineFailure`, then `stop` is still to be called."""
        if self._relay is not None:
            await self._relay.start()
            self._command.append(f"--proxy={self.kind.proxy}{_LOOPBACK}:{self._relay.port}")
        self._playwright = playwright
        self._port = _free_port()
        self._targets_seen = await self._start(self._port)
        await self._attach(self._targets_seen)

    async def open(self, *, proxy: str | None, trace: bool, scripts: Sequence[str], ended: Callable[[], None]) -> Tab:
        """The tab of a started process, behind ``proxy``; ``ended`` is called when it is closed.

        Raises `EngineFailure`; then `stop` is still to be called.
        """
        if self._relay is not None and proxy is not None:
            parts = urlsplit(proxy)
            self._relay.target = (parts.hostname or _LOOPBACK, parts.port or 80)
        page = self._browsers[0].contexts[0].pages[0]
        try:
            async with asyncio.timeout(ATTACH_S):
                for script in scripts:
                    await page.add_init_script(script)
                if trace:
                    await page.context.tracing.start(snapshots=True, screenshots=False)
        except TimeoutError as error:
            raise EngineFailure(f"WebKit did not answer within {ATTACH_S:g} s.") from error
        except Error as error:
            raise EngineFailure(f"Playwright could not prepare the page of WebKit: {told(error)}") from error

        async def end_state() -> None:
            await self.stop("was closed")
            ended()  # Not before: where that takes too long, the engine stops it again.

        tab = self._tab(page, trace, end_state, scripts)
        if not self.alive:
            tab.lost("ended unexpectedly")
        return tab

    def _tab(
        self, page: Page, trace: bool, end_state: Callable[[], Awaitable[None]], scripts: Sequence[str]
    ) -> "_Tab":
        async def another() -> Tab:
            return await self._beside(page, scripts)

        tab = _Tab(
            page,
            engine="webkit",
            traced=trace,
            end_state=end_state,
            another=another,
            freezer=by_signal(lambda: self._home.pids(named=_WEB_PROCESS)),
            awake=self._awake,
        )
        self._tabs.append(tab)
        tab.begin(self._home, self._relay)
        return tab

    async def _beside(self, page: Page, scripts: Sequence[str]) -> Tab:
        """A window that the page opens, with a connection of Playwright's of its own: it knows no new pages."""
        await page.evaluate("void window.open('about:blank', '_blank')")
        process = self._process
        assert process is not None
        deadline = asyncio.get_running_loop().time() + START_S
        while not (
            fresh := [
                path
                for path in await self._targets(self._port, process, first=False)
                if path not in self._targets_seen
            ]
        ):
            if asyncio.get_running_loop().time() > deadline:
                raise Unsupported("WebKit opened no second window.", remedy="Use Chromium or Firefox for this.")
            await asyncio.sleep(_POLL_S)
        self._targets_seen += fresh
        browser = await self._attach(fresh)
        beside = browser.contexts[0].pages[0]
        for script in scripts:
            await beside.add_init_script(script)
        return self._tab(beside, False, beside.close, scripts)

    async def _attach(self, paths: Sequence[str]) -> Browser:
        addresses = [f"ws://{_LOOPBACK}:{self._port}{path}" for path in paths]
        try:
            browser = await asyncio.wait_for(_attach(self._playwright, addresses), ATTACH_S)
        except TimeoutError as error:
            raise EngineFailure(f"WebKit's inspector did not answer within {ATTACH_S:g} s.") from error
        except Error as error:
            raise EngineFailure(f"Playwright could not attach to WebKit: {told(error)}") from error
        self._browsers.append(browser)
        return browser

    async def stop(self, why: str) -> None:
        """End the process and remove its files; never raises."""
        for tab in self._tabs:
            tab.lost(why)
            tab.end_watching()
        await end(self._watch)
        self._home.hold()
        if any(tab.hangs for tab in self._tabs):
            self._home.kill()  # It would not hear that it is to end.
        browsers, self._browsers = self._browsers, []
        for browser in browsers:
            try:
                await asyncio.wait_for(browser.close(), _PARTING_S)
            except TimeoutError:
                self._home.kill()
            except Exception:  # without a driver, Playwright's errors are of no class of their own
                continue
        if self._process is not None:
            await stop_process(self._process)
        if self._relay is not None:
            await self._relay.stop()
        await self._home.remove()

    async def _start(self, port: int) -> list[str]:
        """Start the process with its inspector on ``port``; returns the paths of its pages."""
        # Having been shown one file, it may go to others: a page from a file cannot be reached from about:blank.
        start = self._home.path / "start.html"
        start.write_text(f"<!doctype html><title>{_READY}</title>")
        noise = self._home.path / "stderr.txt"
        with noise.open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *(*dies_with_the_lab(), *self._command, start.as_uri()),
                env={name: str(value) for name, value in self._home.env.items()}
                | {"WEBKIT_INSPECTOR_HTTP_SERVER": f"{_LOOPBACK}:{port}"},
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C in the terminal is for the lab, which then ends it in order.
            )
        self._watch = spawn(self._watch_process(self._process), name="watch MiniBrowser")
        try:
            return await asyncio.wait_for(self._targets(port, self._process, first=True), START_S)
        except TimeoutError as error:
            raise EngineFailure(f"WebKit showed no page within {START_S:g} s.{_last_line(noise)}") from error

    async def _targets(self, port: int, process: Process, *, first: bool) -> list[str]:
        async with aiohttp.ClientSession() as session:
            while process.returncode is None:
                try:
                    async with session.get(f"http://{_LOOPBACK}:{port}/") as response:
                        listed = await response.text()
                except aiohttp.ClientError:
                    listed = ""  # It does not listen yet.
                # While the first page is still loading its target may change, at which Playwright's driver ends.
                if (paths := targets_in(listed)) and (not first or _READY in listed):
                    return paths
                await asyncio.sleep(_POLL_S)
        raise EngineFailure(
            f"WebKit ended while it started, with status {process.returncode}."
            + _last_line(self._home.path / "stderr.txt")
        )

    async def _watch_process(self, process: Process) -> None:
        await process.wait()
        for tab in self._tabs:
            tab.lost("ended unexpectedly")


class _Tab(PageTab):
    """Notices the end of its web process too, of which the inspector says nothing.

    WebKit takes a new process for each site that is loaded, and may end those that it no longer needs: so
    the end of one is only a reason to ask whether the page still answers.
    """

    _home: Home
    _relay: Relay | None
    _watch: ProcessWatch
    _asking: asyncio.Task[None] | None = None

    def begin(self, home: Home, relay: Relay | None) -> None:
        """Watch the web processes that run from ``home``; ``relay`` is the way to the page's proxy."""
        self._home = home
        self._relay = relay
        self._watch = ProcessWatch(self._one_ended)
        self._watch_web_processes()

    async def goto(self, url: str) -> None:
        """See `lab.browser.engine.Tab.goto`."""
        await super().goto(url)
        self._watch_web_processes()

    async def offline(self, off: bool) -> None:
        """See `lab.browser.engine.Tab.offline`: here the way to the proxy is cut; ``navigator.onLine`` stays true."""
        if self._relay is None:
            raise Unsupported(
                "A stock WebKit cannot be taken offline by itself.",
                remedy="Put it behind a forward proxy, or let a hop of the network go down.",
            )
        self._relay.cut(off)

    def end_watching(self) -> None:
        """Watch no more."""
        self._watch.stop()
        if self._asking is not None:
            self._asking.cancel()

    def _watch_web_processes(self) -> None:
        for pid in self._home.pids(named=_WEB_PROCESS):
            self._watch.add(pid)

    def _one_ended(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = spawn(self._ask("lost its web process"), name="ask the page whether it lives")


async def _attach(playwright: Playwright, addresses: list[str]) -> Browser:
    """Playwright's connection to the pages at ``addresses``.

    It expects the list of a debugging proxy at ``/json``, which WebKitGTK's inspector does not have: so we
    serve one while it attaches.
    """

    async def answer(request: web.BaseRequest) -> web.Response:
        return web.json_response([{"webSocketDebuggerUrl": address} for address in addresses])

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _LOOPBACK, 0)
        await site.start()
        _, port = runner.addresses[0][:2]
        return await playwright.webkit.connect_over_cdp(f"http://{_LOOPBACK}:{port}", timeout=ATTACH_S * 1000)
    finally:
        await runner.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _last_line(noise: Path) -> str:
    """The last thing that the process said, as a sentence to add to a message."""
    try:
        lines = noise.read_text("utf-8", "replace").split("\n")
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip()]
    return f" It said: {said[-1]}" if said else ""
