import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lab import shipped
from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire, mitmdump
from tests.proxies.dialogue import EARLY_MS, SWITCH, watch

HANDSHAKE = (
    "GET /echo/websocket HTTP/1.1\r\nHost: app.localhost\r\n{connection}\r\nUpgrade: websocket\r\n"
    "X-Hop: 1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@asynccontextmanager
async def asked(
    catalogue: Catalogue,
    authority: Authority,
    answer: object,
    connection: str = "Connection: Upgrade",
    **more: object,
) -> AsyncIterator[tuple[Bench, Wire]]:
    """A bench whose browser has just asked for an upgrade."""
    async with Bench(catalogue.make("no_upgrade", {"answer": answer, **more}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(HANDSHAKE.format(connection=connection))
        yield bench, browser


@pytest.mark.parametrize(
    ("connection", "left"),
    [
        ("Connection: Upgrade", None),
        ("Connection: keep-alive, Upgrade", "keep-alive"),
        ("Connection: upgrade, x-hop", None),
    ],
)
async def test_strip_removes_hop_by_hop_headers(
    catalogue: Catalogue, authority: Authority, connection: str, left: str | None
) -> None:
    async with asked(catalogue, authority, "strip", connection) as (bench, browser):
        server = await bench.accept()
        head = await server.head()
        assert head.start == "GET /echo/websocket HTTP/1.1"
        assert "upgrade" not in head.headers
        assert head.headers.get("connection") == left
        # A header goes only where Connection names it.
        assert ("x-hop" in head.headers) == ("x-hop" not in connection)
        assert head.headers["sec-websocket-version"] == "13"

        await server.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        assert (await browser.head()).start == "HTTP/1.1 400 Bad Request"
        assert bench.figures("hop1.client", "request", "upgrade") == [True]
        assert bench.figures("hop1.server", "request", "upgrade") == [False]
        assert bench.figures("hop1", "behaviour", "did") == ["removed the Upgrade header"]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 407, 426, 500, 501, 502, 503, 504])
async def test_status_answers_without_the_server(catalogue: Catalogue, authority: Authority, status: int) -> None:
    async with asked(catalogue, authority, status) as (bench, browser):
        head = await browser.head()
        assert head.start.startswith(f"HTTP/1.1 {status} ")
        assert ("upgrade" in head.headers) == (status == 426)
        assert ("www-authenticate" in head.headers, "proxy-authenticate" in head.headers) == (
            status == 401,
            status == 407,
        )
        assert await browser.read(int(head.headers["content-length"]))
        assert not bench.reached
        assert bench.events("hop1.server") == []
        assert bench.figures("hop1.client", "response", "status") == [status]


async def test_hang_answers_nothing_until_the_client_goes(catalogue: Catalogue, authority: Authority) -> None:
    async with asked(catalogue, authority, "hang") as (bench, browser):
        await bench.seen("hop1", "behaviour", did="left the upgrade request unanswered")
        other = await bench.connect()
        await other.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        assert (await (await bench.accept()).head()).start.startswith("GET /echo/info")
        browser.abort()
        await bench.seen("hop1.client", "error", flow=1)
        assert bench.events("hop1.client", "response") == []
        assert not bench.reached


async def test_hang_lets_the_hop_stop(catalogue: Catalogue, authority: Authority) -> None:
    async with asked(catalogue, authority, "hang") as (bench, browser):
        await bench.seen("hop1", "behaviour")
        await asyncio.wait_for(bench.network.stop(), 1)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await browser.head()


async def test_reset_sends_rst(catalogue: Catalogue, authority: Authority) -> None:
    async with asked(catalogue, authority, "reset") as (bench, browser):
        with pytest.raises(ConnectionResetError):
            await browser.rest()
        assert not bench.reached
        assert bench.figures("hop1", "behaviour", "did") == ["reset the connection of the upgrade request"]


async def test_keep_alive_is_passed_on_and_its_answer_kept(catalogue: Catalogue, authority: Authority) -> None:
    async with asked(catalogue, authority, "keep-alive", wait="100ms") as (bench, browser):
        since = watch()
        server = await bench.accept()
        head = await server.head()
        assert (head.headers["connection"], head.headers["upgrade"]) == ("keep-alive", "websocket")
        await server.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await bench.seen("hop1.server", "response", status=400)
        assert await browser.rest() == b""
        assert since() >= 100 - EARLY_MS
        assert bench.events("hop1.client", "response") == []


@pytest.mark.parametrize(
    ("answer", "ends"),
    [("hang", b""), ("close", b""), ("reset", None), (503, b"HTTP/1.1 503 "), ("strip", b"HTTP/1.1 400 ")],
)
async def test_answer_waits(catalogue: Catalogue, authority: Authority, answer: object, ends: bytes | None) -> None:
    async with asked(catalogue, authority, answer, wait="100ms") as (bench, browser):
        since = watch()
        if answer == "strip":
            server = await bench.accept()
            assert since() >= 100 - EARLY_MS
            await server.head()
            await server.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        if ends is None:
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        elif ends:
            assert (await browser.head()).start.encode().startswith(ends)
        else:
            assert await browser.rest() == b""
        assert since() >= 100 - EARLY_MS


async def test_client_that_goes_while_it_waits_is_not_answered(catalogue: Catalogue, authority: Authority) -> None:
    async with asked(catalogue, authority, 503, wait="10s") as (bench, browser):
        browser.abort()
        await bench.seen("hop1.client", "error")
        assert bench.events("hop1", "behaviour") == []


@pytest.mark.parametrize("answer", [200, 503, "close", "reset", "hang"])
async def test_server_is_asked_and_its_answer_lost(
    catalogue: Catalogue, authority: Authority, answer: object
) -> None:
    async with asked(catalogue, authority, answer, reaches_server=True) as (bench, browser):
        server = await bench.accept()
        assert (await server.head()).headers["upgrade"] == "websocket"
        await server.send(SWITCH.format(headers=""))
        await bench.seen("hop1.server", "response", status=101)
        if isinstance(answer, int):
            head = await browser.head()
            assert head.start.startswith(f"HTTP/1.1 {answer} ")
            assert ("html" in head.headers["content-type"]) == (answer == 200)
            # What was a websocket to the server must not be used for another request.
            assert await server.rest() == b""
        elif answer == "hang":
            await bench.seen("hop1", "behaviour", did="left the upgrade request unanswered")
            await server.send(b"\x81\x01o")
            browser.abort()
            assert await server.rest() == b""
        elif answer == "reset":
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        else:
            assert await browser.rest() == b""
        assert bench.events("hop1", "hop.failed") == []


async def test_ordinary_request_passes(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("no_upgrade", {"answer": 403}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\nConnection: keep-alive\r\n\r\n")
        assert (await (await bench.accept()).head()).headers["connection"] == "keep-alive"
        assert bench.events("hop1") == []


def test_unknown_answer_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match=r"no_upgrade: answer: .*'strip'.*got 'drop'"):
        catalogue.make("no_upgrade", {"answer": "drop"})


async def test_bare_mitmdump_answers_with_the_status(authority: Authority) -> None:
    script = shipped.PROXIES / "no_upgrade.py"
    async with (
        Bench(authority=authority) as bench,
        mitmdump(
            script,
            "no_upgrade_answer=403",
            mode=f"reverse:http://127.0.0.1:{bench.network.hops[0].port}",
            confdir=authority.confdir,
        ) as port,
    ):
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(HANDSHAKE.format(connection="Connection: Upgrade"))
        assert (await browser.head()).start.startswith("HTTP/1.1 403 ")
        await browser.close()


@pytest.mark.parametrize(("over", "refused"), [("http1", True), ("http2", False)])
async def test_over_leaves_the_other_version_of_http_alone(
    catalogue: Catalogue, authority: Authority, over: str, refused: bool
) -> None:
    async with asked(catalogue, authority, 400, over=over) as (bench, browser):
        if refused:
            assert (await browser.head()).start == "HTTP/1.1 400 Bad Request"
            assert not bench.reached
        else:
            server = await bench.accept()
            assert (await server.head()).headers["upgrade"] == "websocket"
