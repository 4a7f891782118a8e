"""What a tab does beside showing a page: a user's acts, another life of the page, sleep, no network, cookies."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from lab.browser import page
from lab.browser.engine import Engine, PageError, PageTimeout, Tab, Unsupported
from lab.browser.recorder import Recorder
from lab.errors import UsageError
from lab.events import Event, EventLog
from lab.network.authority import Authority
from lab.server.host import LabServer
from lab.server.options import ServerOptions
from tests.browser.kit import OpenProxy, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FORM = """<!doctype html><title>form</title><input id=name>
<button id=go onclick="setTimeout(() => said.textContent = 'hello ' + document.getElementById('name').value, 50)">go
</button><button class=two>a</button><button class=two>b</button><p id=said></p>"""


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """A form, and the user agent that it was asked for with."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/agent":
            return web.Response(text=request.headers.get("User-Agent", ""))
        return web.Response(text=FORM, content_type="text/html")

    started = Site(answer)
    await started.start()
    yield started
    await started.stop()


async def test_user_fills_and_clicks_and_sees(tab: Tab, site: Site) -> None:
    await tab.goto(f"http://127.0.0.1:{site.port}/")
    await tab.fill("#name", "snow ☃")
    await tab.click("#go")
    await tab.wait_for(text="hello snow ☃")
    await tab.wait_for("#said")
    with pytest.raises(PageTimeout, match="could not click #none within 200 ms"):
        await tab.click("#none", within_ms=200)
    with pytest.raises(PageTimeout, match="could not show 'bye' within 200 ms"):
        await tab.wait_for(text="bye", within_ms=200)
    with pytest.raises(PageError, match="resolved to 2 elements"):
        await tab.click(".two", within_ms=500)
    with pytest.raises(UsageError):
        await tab.wait_for()


async def test_tab_says_what_it_is_told_to_say_of_itself(engine: Engine, site: Site) -> None:
    tab = await engine.open(user_agent="Lab/1.0 (nobody)", scripts=("window.early = document.readyState",))
    await tab.goto(f"http://127.0.0.1:{site.port}/")
    said = "async () => [navigator.userAgent, await (await fetch('/agent')).text(), early]"
    assert await tab.evaluate(said) == ["Lab/1.0 (nobody)", "Lab/1.0 (nobody)", "loading"]
    await tab.close()


class Show:
    """The lab's page in a tab, recorded; the server's heartbeat is short."""

    def __init__(self, tab: Tab, server: LabServer) -> None:
        self.tab = tab
        self.origin = f"http://127.0.0.1:{server.port}"
        self.page = f"{self.origin}/lab/page.html"
        self.log = EventLog()
        self.recorder = Recorder(tab, self.log)

    async def start(self) -> None:
        await self.tab.goto(self.page)
        await self.recorder.start()

    async def connect(self, connection: str = "main", *transports: str, raw: bool = False) -> str:
        """Connect; returns the name that the events have."""
        options = {"transports": transports, "timeout": 5000}
        await self.recorder.connect(f"{self.origin}/echo", options, connection, raw=raw)
        await self.until("client.open", connection=self.recorder.name_of(connection))
        return self.recorder.name_of(connection)

    async def until(self, kind: str, **data: object) -> Event:
        event = await self.log.wait_for(
            lambda event: event.kind == kind and data.items() <= dict(event.data).items(), timeout_s=20
        )
        assert event is not None, f"no {kind} {data} among {[event.as_json() for event in self.log]}"
        return event

    def hashes(self, kind: str, connection: str) -> list[str]:
        return [e.data["hash"] for e in self.log if e.kind == kind and e.data["connection"] == connection]


@pytest_asyncio.fixture(loop_scope="session")
async def server(page_files: dict[str, tuple[str, bytes]]) -> AsyncIterator[LabServer]:
    started = LabServer(ServerOptions(heartbeat_s=0.5), files=page_files)
    await started.start()
    yield started
    await started.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def show(tab: Tab, server: LabServer) -> AsyncIterator[Show]:
    made = Show(tab, server)
    await made.start()
    yield made
    await made.recorder.stop()


async def generation(show: Show, wanted: int) -> None:
    for _ in range(400):
        if show.recorder.generation == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"generation {show.recorder.generation}: {show.recorder.failed}")


async def test_recorder_goes_on_after_a_reload_and_loses_nothing(show: Show) -> None:
    first = await show.connect()
    # What is sent in the last moment can be fetched by nobody any more: the page keeps it for the next document.
    await show.tab.evaluate("void setTimeout(() => { lab.send('main', 'last words'); location.reload() }, 10)")
    await generation(show, 2)
    await show.until("message.out", connection=first, text="last words")
    second = await show.connect()
    assert (first, second) == ("main", "main@2")
    await show.recorder.send("hello")
    echo = await show.until("message.in", connection="main@2", text="hello")
    assert (echo.data["n"], echo.data["generation"]) == (0, 2)
    clocks = [event.data.get("generation") for event in show.log if event.kind == "clock"]
    assert clocks == [None, 2]


async def test_recorder_goes_on_where_the_lab_reloads_or_leaves(show: Show) -> None:
    # A frame of the page loads for ever: it is given up with its page, which is no failure of the next one.
    await show.connect("main", "iframe-htmlfile")
    await show.tab.reload()
    await generation(show, 2)
    await show.tab.goto(show.page.replace("127.0.0.1", "app.localhost"))
    await generation(show, 3)
    assert show.recorder.name_of("x") == "x@3"
    await show.connect("x")
    assert not show.recorder.failed.done()


async def test_client_tells_its_heartbeats(show: Show) -> None:
    await show.connect()
    assert (await show.until("heartbeat")).data == {"connection": "main"}


async def test_raw_websocket_is_recorded_like_a_client(show: Show) -> None:
    await show.connect("plain", raw=True)
    await show.recorder.send("as it is", "plain")
    await show.until("message.in", text="as it is")
    await show.recorder.close(3000, "enough", "plain")
    await show.until("client.close", connection="plain", code=3000)
    start = await show.until("attempt.start")
    assert start.data["transport"] == "raw-websocket"
    assert start.data["url"] == show.origin.replace("http", "ws") + "/echo/websocket"
    assert (await show.until("client.open")).data["transport"] == "raw-websocket"


async def test_raw_websocket_that_is_refused_ends_its_attempt(show: Show) -> None:
    await show.recorder.connect(f"{show.origin}/nowhere", {}, raw=True)
    await show.until("client.close", code=1006)
    await show.until("attempt.close", transport="raw-websocket", code=1006)


ODD = [
    *("", "x", '"\\/\b\f\n\r\t', "".join(map(chr, range(32))), "\x7f\u2028\u2029", "💚 𝄞", "\ufffe\uffff"),
    *("\ud800", "\udc00\ud800", "a\udfffb", "é" * 1000, "z" * 65536, "[1,2]", "null", "c[3000]"),
]
MIXED = ODD + [chr(0x21 + n) * (n * 7) for n in range(200 - len(ODD))]


@pytest.mark.parametrize("transport", ["websocket", "xhr-streaming", "xhr-polling", "jsonp-polling"])
async def test_mixed_messages_come_back_as_they_went(show: Show, transport: str) -> None:
    name = await show.connect("many", transport)
    await show.recorder.send_all(MIXED, "many")
    await show.until("message.in", connection=name, n=len(MIXED) - 1)
    assert show.hashes("message.out", name) == [fnv1a(text) for text in MIXED]
    assert show.hashes("message.in", name) == show.hashes("message.out", name)


def fnv1a(text: str) -> str:
    """FNV-1a, 32 bits, over UTF-16 code units, halves of pairs too."""
    value = 0x811C9DC5
    units = text.encode("utf-16-le", "surrogatepass")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = ((value ^ (low | high << 8)) * 0x01000193) & 0xFFFFFFFF
    return f"{value:08x}"


async def test_messages_go_at_the_rate_that_is_asked_for(show: Show) -> None:
    await show.connect()
    await show.recorder.send_all([str(n) for n in range(30)], rate=50)
    await show.until("message.out", n=29)
    times = [event.t_ms for event in show.log if event.kind == "message.out"]
    assert len(times) == 30
    assert times[-1] - times[0] >= 500, "faster than 50 a second"


async def test_send_all_says_that_the_connection_is_gone(show: Show) -> None:
    await show.connect()
    await show.recorder.close()
    await show.until("client.close")
    with pytest.raises(PageError, match="not open after 0 messages"):
        await show.recorder.send_all(["x"])


async def test_page_with_a_global_onmessage_is_called_by_the_iframe(show: Show) -> None:
    await show.recorder.watch_messages()
    await show.connect("framed", "iframe-xhr-polling")
    called = await show.until("page.message")
    assert called.data["origin"] == show.origin


async def test_session_id_may_be_a_function(show: Show) -> None:
    made = {"sessionId": "function () { return 'made-' + (1 + 1) }", "server": "srv"}
    await show.recorder.connect(f"{show.origin}/echo//?token=a", made)
    start = await show.until("attempt.start")
    assert start.data["url"] == f"{show.origin}/echo/srv/made-2?token=a"


@pytest.mark.parametrize(
    ("url", "options", "says"),
    [
        ("http://", {}, "is invalid"),
        ("http://127.0.0.1/echo#part", {}, "must not contain a fragment"),
        ("http://127.0.0.1/echo", {"sessionId": {}}, "needs to be a number or a function"),
    ],
)
async def test_client_refuses_what_it_cannot_use(show: Show, url: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(PageError, match=says):
        await show.recorder.connect(url, options)


async def test_frozen_page_does_nothing_and_goes_on(show: Show) -> None:
    await show.connect()
    await show.tab.evaluate("() => { window.ticks = []; setInterval(() => ticks.push(performance.now()), 20) }")
    await asyncio.sleep(0.2)
    await show.tab.freeze(1500)
    await asyncio.sleep(0.3)
    gaps = "() => ticks.slice(1).map((tick, n) => tick - ticks[n])"
    assert max(await show.tab.evaluate(gaps)) > 1300
    await show.recorder.send("awake")
    await show.until("message.in", text="awake")


async def test_second_tab_shares_the_state_and_ends_with_the_first(show: Show) -> None:
    beside = await show.tab.beside()
    await beside.goto(show.page)
    await show.tab.evaluate("() => localStorage.setItem('said', 'here')")
    assert await beside.evaluate("() => localStorage.getItem('said')") == "here"
    other = Recorder(beside, show.log, prefix="tab2:")
    await other.start()
    await show.connect()
    await other.connect(f"{show.origin}/echo", {})
    await show.until("client.open", connection="tab2:main")
    await other.stop()
    await show.recorder.stop()
    await show.tab.close()
    assert not beside.alive


async def test_offline_browser_reaches_nobody_until_it_is_online(engine: Engine, server: LabServer) -> None:
    proxy = OpenProxy(server.port)
    await proxy.start()
    show = Show(await engine.open(proxy=proxy.url), server)
    await show.start()
    await show.tab.offline(True)
    await show.recorder.connect(f"{show.origin}/echo", {}, "off")
    await show.until("client.close", connection="off", code=1002)
    await show.tab.offline(False)
    await show.connect("on")
    await show.recorder.stop()
    await show.tab.close()
    await proxy.stop()


async def test_webkit_says_that_it_cannot_go_offline_without_a_proxy(engine: Engine, tab: Tab) -> None:
    if engine.name == "webkit":
        with pytest.raises(Unsupported) as raised:
            await tab.offline(True)
        assert "forward proxy" in raised.value.remedy
    else:
        await tab.offline(True)


async def test_page_from_a_file_reaches_the_endpoint(
    tab: Tab, server: LabServer, page_files: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    show = Show(tab, server)
    show.page = await asyncio.to_thread(page.write, tmp_path / "a folder", page_files)
    assert show.page.startswith("file:///")
    await show.start()
    await show.connect("main", "websocket")
    await show.connect("framed", "iframe-xhr-polling")
    await show.recorder.send("from disk", "framed")
    await show.until("message.in", text="from disk")
    await show.tab.reload()
    await generation(show, 2)
    await show.recorder.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def secure(authority: Authority) -> AsyncIterator[tuple[int, list[str]]]:
    """A TLS server: ``/top`` frames another site's ``/framed``, which wants a cookie. Its port, and what it got."""
    got: list[str] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/top":
            frame = f"https://sock.localhost:{request.url.port}/framed"
            return web.Response(text=f"<!doctype html><iframe src={frame}></iframe>", content_type="text/html")
        if request.path == "/framed":
            got.append(request.headers.get("Cookie", ""))
        response = web.Response(text="<!doctype html>", content_type="text/html")
        response.headers["Set-Cookie"] = "third=party; Secure; SameSite=None; Path=/"
        return response

    context: ssl.SSLContext = authority.server_context(("app.localhost", "sock.localhost"))
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1], got
    await runner.cleanup()


@pytest.mark.parametrize(
    ("page_scheme", "endpoint_scheme", "throws"), [("https", "http", True), ("http", "https", False)]
)
async def test_client_refuses_an_endpoint_less_secure_than_its_page(
    engine: Engine,
    authority: Authority,
    page_files: dict[str, tuple[str, bytes]],
    page_scheme: str,
    endpoint_scheme: str,
    throws: bool,
) -> None:
    plain, tls = LabServer(files=page_files), LabServer(files=page_files)
    await plain.start()
    await tls.start(ssl_context=authority.server_context(("app.localhost", "sock.localhost")))
    servers = {"http": plain, "https": tls}
    show = Show(await engine.open(), servers[page_scheme])
    show.page = f"{page_scheme}://app.localhost:{servers[page_scheme].port}/lab/page.html"
    show.origin = f"{endpoint_scheme}://sock.localhost:{servers[endpoint_scheme].port}"
    await show.start()
    if throws:
        with pytest.raises(PageError, match="SecurityError: An insecure SockJS connection may not be initiated"):
            await show.connect()
    else:
        await show.connect("main", "websocket")
    await show.recorder.stop()
    await show.tab.close()
    await plain.stop()
    await tls.stop()


@pytest.mark.parametrize(("cookies", "sent"), [("accept", "third=party"), ("refuse-third-party", "")])
async def test_third_party_cookies_are_kept_or_refused_as_asked(
    engine: Engine, secure: tuple[int, list[str]], cookies: str, sent: str
) -> None:
    port, got = secure
    tab = await engine.open(cookies=cookies)  # type: ignore[arg-type]
    got.clear()
    for _ in range(2):
        await tab.goto(f"https://app.localhost:{port}/top")
    await tab.close()
    assert got == ["", sent]
