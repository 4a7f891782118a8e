"""One MiniBrowser process of WebKitGTK, driven by Playwright through WebKit's remote inspector."""

import asyncio
import contextlib
import re
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from playwright.async_api import Browser, Error, Playwright

from lab.browser.display import dies_with_the_lab, stop_process
from lab.browser.engine import EngineFailure, Tab
from lab.browser.home import Home, ProcessWatch
from lab.browser.page_tab import CLOSE_S, PageTab, told
from lab.tasks import end, spawn

START_S = 20.0
ATTACH_S = 15.0
_POLL_S = 0.02
_ASK_S = 2.0
_WEB_PROCESS = "WebKitWebProces"  # The kernel keeps 15 characters of a process's name.
_LOOPBACK = "127.0.0.1"


def targets_in(html: str) -> list[str]:
    """The paths of the pages' websockets (``/socket/1/1/WebPage``) in the inspector's list, in its order."""
    return re.findall(r"/socket/\d+/\d+/WebPage\b", html)


class MiniBrowser:
    """A process with one page, its home, and the list of targets that Playwright asks for."""

    def __init__(self, executable: Path, *, display: str | None, proxy: str | None) -> None:
        """Prepare a MiniBrowser; ``display`` is None for the user's own, ``proxy`` None for no proxy."""
        self._command = [str(executable), "--private", "--ignore-tls-errors"]
        if proxy:
            self._command.append(f"--proxy={proxy}")
        self._home = Home()
        # Neither the user's desktop services nor a proxy of the environment have a part in this.
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            self._home.env.pop(name, None)
            self._home.env.pop(name.upper(), None)
        self._home.env |= {"NO_AT_BRIDGE": "1", "GSETTINGS_BACKEND": "memory", "GIO_USE_VFS": "local"}
        if display:
            self._home.env |= {"DISPLAY": display, "GDK_BACKEND": "x11"}
            self._home.env.pop("WAYLAND_DISPLAY", None)
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._browser: Browser | None = None
        self._tab: _Tab | None = None

    async def open(self, playwright: Playwright, *, trace: bool, ended: Callable[[], None]) -> Tab:
        """Start the process and attach to its page; ``ended`` is called when the tab is closed.

        Raises `EngineFailure`; then `stop` is still to be called.
        """
        port = _free_port()
        paths = await self._start(port)
        addresses = [f"ws://{_LOOPBACK}:{port}{path}" for path in paths]
        try:
            self._browser = await asyncio.wait_for(_attach(playwright, addresses), ATTACH_S)
            page = self._browser.contexts[0].pages[0]
            if trace:
                await page.context.tracing.start(snapshots=True, screenshots=False)
        except TimeoutError as error:
            raise EngineFailure(f"WebKit's inspector did not answer within {ATTACH_S:g} s.") from error
        except Error as error:
            raise EngineFailure(f"Playwright could not attach to WebKit: {told(error)}") from error

        async def end_state() -> None:
            ended()
            await self.stop("was closed")

        self._tab = _Tab(page, engine="webkit", traced=trace, end_state=end_state)
        self._tab.begin(self._home)
        if self._process is None or self._process.returncode is not None:
            self._tab.lost("ended unexpectedly")
        return self._tab

    async def stop(self, why: str) -> None:
        """End the process and remove its files; never raises."""
        if self._tab is not None:
            self._tab.lost(why)
            self._tab.end_watching()
        await end(self._watch)
        browser, self._browser = self._browser, None
        if browser is not None:
            with contextlib.suppress(Error, TimeoutError):  # A dead or hanging one is killed below.
                await asyncio.wait_for(browser.close(), CLOSE_S)
        if self._process is not None:
            await stop_process(self._process)
        await self._home.remove()

    async def _start(self, port: int) -> list[str]:
        """Start the process with its inspector on ``port``; returns the paths of its pages."""
        noise = self._home.path / "stderr.txt"
        with noise.open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *(*dies_with_the_lab(), *self._command, "about:blank"),
                env={name: str(value) for name, value in self._home.env.items()}
                | {"WEBKIT_INSPECTOR_HTTP_SERVER": f"{_LOOPBACK}:{port}"},
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C in the terminal is for the lab, which then ends it in order.
            )
        self._watch = spawn(self._watch_process(self._process), name="watch MiniBrowser")
        try:
            return await asyncio.wait_for(self._targets(port, self._process), START_S)
        except TimeoutError as error:
            raise EngineFailure(f"WebKit showed no page within {START_S:g} s.{_last_line(noise)}") from error

    async def _targets(self, port: int, process: Process) -> list[str]:
        async with aiohttp.ClientSession() as session:
            while process.returncode is None:
                try:
                    async with session.get(f"http://{_LOOPBACK}:{port}/") as response:
                        paths = targets_in(await response.text())
                except aiohttp.ClientError:
                    paths = []  # It does not listen yet.
                if paths:
                    return paths
                await asyncio.sleep(_POLL_S)
        raise EngineFailure(
            f"WebKit ended while it started, with status {process.returncode}."
            + _last_line(self._home.path / "stderr.txt")
        )

    async def _watch_process(self, process: Process) -> None:
        await process.wait()
        if self._tab is not None:
            self._tab.lost("ended unexpectedly")


class _Tab(PageTab):
    """Notices the end of its web process too, of which the inspector says nothing.

    WebKit takes a new process for each site that is loaded, and may end those that it no longer needs: so
    the end of one is only a reason to ask whether the page still answers.
    """

    _home: Home
    _watch: ProcessWatch
    _asking: asyncio.Task[None] | None = None

    def begin(self, home: Home) -> None:
        """Watch the web processes that run from ``home``."""
        self._home = home
        self._watch = ProcessWatch(self._ask)
        self._watch_web_processes()

    async def goto(self, url: str) -> None:
        """See `lab.browser.engine.Tab.goto`."""
        await super().goto(url)
        self._watch_web_processes()

    def end_watching(self) -> None:
        """Watch no more."""
        self._watch.stop()
        if self._asking is not None:
            self._asking.cancel()

    def _watch_web_processes(self) -> None:
        for pid in self._home.pids(named=_WEB_PROCESS):
            self._watch.add(pid)

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = spawn(self._ask_page(), name="ask the page whether it lives")

    async def _ask_page(self) -> None:
        try:
            await asyncio.wait_for(self._page.evaluate("1"), _ASK_S)
        except (Error, TimeoutError):
            self.lost("lost its web process")


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
