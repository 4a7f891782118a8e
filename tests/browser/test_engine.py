"""What every engine promises: clean tabs, a proxy that is used, failures that come at once, nothing left behind."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
import textwrap
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from lab.browser import page_tab
from lab.browser.engine import Engine, EngineFailure, NavigationFailure, PageError, Tab
from lab.browser.engines import create
from lab.browser.home import Home
from lab.browser.recorder import Recorder
from lab.errors import EnvironmentFailure
from lab.events import EventLog
from lab.server.host import LabServer
from tests.browser.kit import OpenProxy, Site, is_alive, need

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAMES = ("chromium", "firefox", "webkit")
SOON_S = 10.0


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """Says which cookies it got; ``/keep`` sets one and may be cached; ``/broken`` answers 500."""
    count = 0

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal count
        count += 1
        if request.path == "/broken":
            return web.Response(status=500, text="broken")
        response = web.Response(text=f"<!doctype html><p id=n>{count}</p>", content_type="text/html")
        if request.path == "/keep":
            response.set_cookie("kept", "yes", max_age=3600)
            response.headers["Cache-Control"] = "max-age=3600"
        response.headers["X-Cookies"] = request.headers.get("Cookie", "")
        return response

    started = Site(answer)
    await started.start()
    yield started
    await started.stop()


async def test_engine_tells_its_version(engine: Engine) -> None:
    assert engine.version[0].isdigit()


async def test_tab_evaluates_expressions_functions_and_promises(tab: Tab) -> None:
    assert await tab.evaluate("1 + 1") == 2
    assert await tab.evaluate("({a}) => a.concat('b')", {"a": ["x"]}) == ["x", "b"]
    assert await tab.evaluate("() => new Promise(resolve => setTimeout(resolve, 5, 'late'))") == "late"
    assert await tab.evaluate("() => undefined") is None


async def test_tab_tells_what_a_script_throws(tab: Tab) -> None:
    with pytest.raises(PageError, match=r"^TypeError: no$"):
        await tab.evaluate("() => { throw new TypeError('no') }")
    with pytest.raises(PageError, match="rejected"):
        await tab.evaluate("() => Promise.reject('rejected')")


async def test_goto_fails_on_an_error_status(tab: Tab, site: Site) -> None:
    with pytest.raises(NavigationFailure, match="got status 500"):
        await tab.goto(f"http://127.0.0.1:{site.port}/broken")


async def test_goto_fails_where_nobody_listens(tab: Tab) -> None:
    # An unknown name would do as well, but WebKit asks for it for twenty seconds.
    with socket.socket() as held, pytest.raises(NavigationFailure, match="could not load"):
        held.bind(("127.0.0.1", 0))
        await tab.goto(f"http://127.0.0.1:{held.getsockname()[1]}/")


async def test_new_tab_has_neither_cookies_nor_cache_nor_storage(engine: Engine, site: Site) -> None:
    url = f"http://127.0.0.1:{site.port}/keep"
    look = """async () => ({
      n: document.getElementById("n").textContent, cookie: document.cookie, stored: localStorage.getItem("a"),
      sent: (await fetch("/say")).headers.get("X-Cookies")
    })"""
    seen = []
    for _ in range(2):
        tab = await engine.open()
        await tab.goto(url)
        seen.append(await tab.evaluate(look))
        await tab.evaluate("() => localStorage.setItem('a', 'b')")
        await tab.close()
    assert [one["sent"] for one in seen] == ["kept=yes", "kept=yes"]
    assert [one["stored"] for one in seen] == [None, None]
    assert seen[0]["n"] != seen[1]["n"], "the second page came from the first one's cache"
    fresh = await engine.open()
    await fresh.goto(f"http://127.0.0.1:{site.port}/say")
    assert await fresh.evaluate("() => document.cookie") == ""
    await fresh.close()


@pytest.mark.skipif(shutil.which("npm") is None, reason="the client comes from npm")
@pytest.mark.parametrize("host", ["www.example.test", "127.0.0.1"])
async def test_tab_sends_everything_through_its_proxy(engine: Engine, server: LabServer, host: str) -> None:
    # Port 1 is nobody's: who gets through went through the proxy.
    origin = f"http://{host}:{server.port if host == '127.0.0.1' else 80}"
    proxy = OpenProxy(server.port)
    await proxy.start()
    tab = await engine.open(proxy=proxy.url)
    log = EventLog()
    recorder = Recorder(tab, log)
    await tab.goto(f"{origin}/lab/page.html")
    await recorder.start()
    await recorder.connect(f"{origin}/echo", {"transports": ["xhr-polling"], "timeout": 10_000})
    assert await log.wait_for(lambda event: event.kind == "client.open", timeout_s=20), list(log)
    await recorder.stop()
    await tab.close()
    await proxy.stop()
    assert any(line.startswith(f"GET http://{host}") for line in proxy.lines), proxy.lines


async def test_proxy_belongs_to_its_tab(engine: Engine, site: Site) -> None:
    proxy = OpenProxy(site.port)
    await proxy.start()
    behind = await engine.open(proxy=proxy.url)
    direct = await engine.open()
    await direct.goto(f"http://127.0.0.1:{site.port}/direct")
    assert not any("/direct" in line for line in proxy.lines)
    await behind.goto(f"http://127.0.0.1:{site.port}/behind")
    assert any("/behind" in line for line in proxy.lines)
    await behind.close()
    await direct.close()
    await proxy.stop()


async def test_trace_is_written_once(engine: Engine, site: Site, tmp_path: Path) -> None:
    tab = await engine.open(trace=True)
    await tab.goto(f"http://127.0.0.1:{site.port}/")
    assert await tab.save_trace(tmp_path / "trace.zip") is True
    assert await tab.save_trace(tmp_path / "second.zip") is False
    await tab.close()
    with zipfile.ZipFile(tmp_path / "trace.zip") as archive:
        assert any(name.endswith(".trace") for name in archive.namelist())


async def test_tab_without_trace_writes_none(tab: Tab, tmp_path: Path) -> None:
    assert await tab.save_trace(tmp_path / "trace.zip") is False


async def test_closed_tab_answers_no_more(engine: Engine) -> None:
    tab = await engine.open()
    await tab.close()
    await tab.close()
    with pytest.raises(EngineFailure):
        await tab.evaluate("1")


@pytest.mark.skipif(sys.platform != "linux", reason="finds the browser's process in /proc")
@pytest.mark.parametrize("name", NAMES)
async def test_killed_browser_ends_every_pending_call(name: str, homes: list[Home]) -> None:
    need(name)
    engine = create(name)
    await engine.start()
    try:
        tab = await engine.open()
        pending = asyncio.gather(
            *(tab.evaluate("() => new Promise(() => {})") for _ in range(2)), return_exceptions=True
        )
        await tab.evaluate("1")
        pids = homes[0].pids()
        os.kill(min(pids), signal.SIGKILL)  # The first of them: the browser itself.
        answers = await asyncio.wait_for(pending, SOON_S)
        assert [type(answer) for answer in answers] == [EngineFailure, EngineFailure]
        with pytest.raises(EngineFailure, match=f"{name} could not run a script: it "):
            await tab.evaluate("1")
    finally:
        await engine.stop()
    assert not any(map(is_alive, pids))
    assert not any(made.path.exists() for made in homes)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the web process in /proc")
async def test_killed_web_process_of_webkit_ends_every_pending_call(homes: list[Home], site: Site) -> None:
    need("webkit")
    engine = create("webkit")
    await engine.start()
    try:
        tab = await engine.open()
        await tab.goto(f"http://app.localhost:{site.port}/")
        pending = asyncio.gather(tab.evaluate("() => new Promise(() => {})"), return_exceptions=True)
        await tab.evaluate("1")
        for pid in homes[0].pids(named="WebKitWebProces"):
            os.kill(pid, signal.SIGKILL)
        [answer] = await asyncio.wait_for(pending, SOON_S)
        assert isinstance(answer, EngineFailure)
    finally:
        await engine.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the browser's processes in /proc")
async def test_stopped_webkit_is_found_out_and_ended_with_its_tab(
    homes: list[Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("webkit")
    monkeypatch.setattr(page_tab, "ANSWER_S", 0.5)
    engine = create("webkit")
    await engine.start()
    try:
        tab = await engine.open(trace=True)
        pids = homes[0].pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        with pytest.raises(EngineFailure, match="webkit could not go on: it gave no sign of life"):
            await tab.must_answer()
        await tab.close()
        assert pids and not any(map(is_alive, pids))
        assert not homes[0].path.exists()
    finally:
        await engine.stop()


async def test_browser_that_grows_is_replaced_while_its_last_tab_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    need("chromium")
    engine = create("chromium")
    monkeypatch.setattr(engine, "tabs_per_browser", 2)
    await engine.start()
    try:
        first, second, third = [await engine.open() for _ in range(3)]
        await first.close()
        assert await second.evaluate("1 + 1") == 2, "the old one lives as long as it has a tab"
        browsers = [tab.browser for tab in (second, third)]  # type: ignore[attr-defined]
        assert browsers[0] is not browsers[1]
        await second.close()
        for _ in range(200):
            if not browsers[0].is_connected():
                break
            await asyncio.sleep(0.05)
        assert not browsers[0].is_connected()
        assert await third.evaluate("1 + 1") == 2
    finally:
        await engine.stop()


async def test_webkit_starts_the_next_process_ahead(homes: list[Home], site: Site) -> None:
    need("webkit")
    engine = create("webkit")
    await engine.start()
    try:
        for _ in range(2):
            tab = await engine.open()
            await tab.goto(f"http://127.0.0.1:{site.port}/")
            await tab.close()
        assert len(homes) == 3, "the second tab took what was ready, and one more is"
        # Behind a proxy it must be another process: what is ready has none.
        proxy = OpenProxy(site.port)
        await proxy.start()
        behind = await engine.open(proxy=proxy.url)
        await behind.goto(f"http://127.0.0.1:{site.port}/behind")
        assert any("/behind" in line for line in proxy.lines)
        await proxy.stop()
    finally:
        await engine.stop()
    assert not any(made.path.exists() for made in homes)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
@pytest.mark.parametrize("name", NAMES)
async def test_stop_leaves_nothing_behind(name: str, homes: list[Home]) -> None:
    need(name)
    engine = create(name)
    await engine.start()
    await engine.open()
    pids = homes[0].pids()
    assert pids
    await engine.stop()
    assert not any(map(is_alive, pids))
    assert not any(made.path.exists() for made in homes)
    with pytest.raises(EngineFailure, match="is not running"):
        await engine.open()
    await engine.stop()


@pytest.mark.parametrize("name", NAMES)
async def test_failed_start_leaves_nothing_behind(
    name: str, homes: list[Home], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need(name)
    broken = tmp_path / ("MiniBrowser" if name == "webkit" else name)
    broken.write_text("#!/bin/sh\necho it does not run here >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv(f"SOCKJS_LAB_{name.upper()}", str(broken))
    engine = create(name)
    with pytest.raises(EnvironmentFailure, match=r"start.* It said: it does not run here"):
        # A stock WebKit has a process per tab: it starts with the tab.
        await engine.start()
        await engine.open()
    await engine.stop()
    assert homes
    assert not any(made.path.exists() for made in homes)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for the sockets that browsers make in it (108 characters in all)."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


INTERRUPTED = """
    import asyncio
    import signal
    from lab.browser.engines import create

    async def main():
        engine = create("{name}")
        try:
            await engine.start()
            tab = await engine.open()
            print("up", flush=True)
            await tab.evaluate("() => new Promise(() => {{}})")
        finally:
            await engine.stop()
            print("stopped", flush=True)

    # In the background of a shell the tests, and so this, would ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
@pytest.mark.parametrize("name", NAMES)
async def test_interrupt_from_the_terminal_ends_the_browser_in_order(name: str, short_path: Path, root: Path) -> None:
    need(name)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(INTERRUPTED.format(name=name))),
        cwd=root,
        env={**os.environ, "TMPDIR": str(short_path)},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"up\n"
    os.killpg(process.pid, signal.SIGINT)  # As a terminal does: to everyone in the foreground.
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert output == b"stopped\ninterrupted\n"
    assert left_in(short_path) == []


def left_in(folder: Path) -> list[str]:
    """The names of what lies in ``folder``; Playwright's driver keeps its own cache of compiled code there."""
    return [path.name for path in folder.iterdir() if path.name != "node-compile-cache"]
