"""What becomes of that which is under way when a behaviour is taken out, put in, or its window of time is over."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec
from tests.proxies.dialogue import HANDSHAKE, SWITCH, arrived, masked, opened, read_frame, said, streaming, watch

Parameters = dict[str, Any]

HOLD: list[tuple[str, Parameters]] = [
    ("buffering", {"until": "close"}),
    ("buffering", {"until": "4KiB"}),
    ("buffering", {"until": "next"}),
    ("response_delay", {"delay": "60s"}),
    ("response_trickle", {"interval": "60s"}),
]
"""Those that hold the body of a response."""
END: list[tuple[str, Parameters]] = [("response_cut", {"delay": "200ms"}), ("response_idle", {"timeout": "200ms"})]
"""Those that end a response by a clock."""
END_WEBSOCKET: list[tuple[str, Parameters]] = [
    ("websocket_cut", {"delay": "200ms"}),
    ("websocket_idle", {"timeout": "200ms"}),
]
KEEP: list[tuple[str, Parameters, str]] = [
    ("slow_info", {"delay": "60s"}, "/echo/info"),
    ("slow_requests", {"delay": "60s"}, "/echo/000/abc/xhr"),
    ("block", {"answer": "hang"}, "/echo/info"),
    ("block_info", {"answer": "hang"}, "/echo/info"),
    ("block_methods", {"methods": ["GET"], "answer": "hang"}, "/echo/info"),
]
"""Those that keep a request, and one that they keep."""
GONE_MS = 300
"""How long nothing may happen where something would have happened after 200 ms."""


async def quiet(wire: Wire, ms: float = GONE_MS) -> bool:
    """Whether nothing comes, not even an end, for so long."""
    try:
        await asyncio.wait_for(wire.read(1), ms / 1000)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize(("name", "parameters"), HOLD)
async def test_what_is_held_passes_when_the_behaviour_is_removed(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(catalogue.make(name, parameters), authority=authority) as bench:
        browser, server = await streaming(bench)
        await server.chunk(b"first\n")
        await arrived(bench, 6)
        await bench.network.change("hop1", remove={name})
        await browser.head()
        assert await browser.read_chunk() == b"first\n"
        await server.chunk(b"second\n")
        assert await browser.read_chunk() == b"second\n"
        await server.chunk(b"")
        assert await browser.read_chunk() == b""
        assert len(bench.events("hop1.client", "tcp.end")) == 0


@pytest.mark.parametrize(("name", "parameters"), HOLD)
async def test_what_is_held_passes_when_the_window_is_over(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    behaviour = catalogue.make(name, parameters)
    behaviour.filter = Filter(for_ms=300)
    async with Bench(behaviour, authority=authority) as bench:
        since = watch()
        browser, server = await streaming(bench)
        await server.chunk(b"first\n")
        await browser.head()
        assert await browser.read_chunk() == b"first\n"
        assert since() >= 250  # The bench's clock has begun a moment before.
        await server.chunk(b"second\n")
        assert await browser.read_chunk() == b"second\n"


@pytest.mark.parametrize(("name", "parameters"), HOLD)
async def test_response_under_way_is_held_by_a_behaviour_that_comes(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await streaming(bench)
        await server.chunk(b"first\n")
        await browser.head()
        assert await browser.read_chunk() == b"first\n"
        await bench.network.change("hop1", add=[catalogue.make(name, parameters)])
        await bench.seen("hop1", "behaviour", behaviour=name)
        await server.chunk(b"second\n")
        assert await quiet(browser, 100)
        await bench.network.change("hop1", remove={name})
        assert await browser.read_chunk() == b"second\n"


@pytest.mark.parametrize(("name", "parameters"), END)
async def test_response_outlives_a_behaviour_that_is_removed(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(catalogue.make(name, parameters), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await bench.network.change("hop1", remove={name})
        assert await quiet(browser)
        await server.chunk(b"still here\n")
        assert await browser.read_chunk() == b"still here\n"


@pytest.mark.parametrize(("name", "parameters"), END)
async def test_response_under_way_is_ended_by_a_behaviour_that_comes(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(authority=authority) as bench:
        browser, _ = await streaming(bench)
        await browser.head()
        await bench.network.change("hop1", add=[catalogue.make(name, parameters)])
        assert await browser.rest() == b""


@pytest.mark.parametrize(("name", "parameters"), END_WEBSOCKET)
async def test_websocket_outlives_a_behaviour_that_is_removed(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(catalogue.make(name, parameters), authority=authority) as bench:
        browser, server = await opened(bench)
        await bench.network.change("hop1", remove={name})
        assert await quiet(browser)
        await server.send(said("o"))
        assert await read_frame(browser) == (0x81, b"o")


@pytest.mark.parametrize(("name", "parameters"), END_WEBSOCKET)
async def test_open_websocket_is_ended_by_a_behaviour_that_comes_or_whose_time_does(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    late = catalogue.make(name, parameters)
    late.filter = Filter(after_ms=150)
    for behaviours, added in ([late], []), ([], [catalogue.make(name, parameters)]):
        async with Bench(*behaviours, authority=authority) as bench:
            browser, _ = await opened(bench)
            await bench.network.change("hop1", add=added)
            assert await browser.rest() == b""


async def test_replaced_behaviour_begins_anew_on_an_open_websocket(
    catalogue: Catalogue, authority: Authority
) -> None:
    async with Bench(catalogue.make("websocket_cut", {"delay": "60s"}), authority=authority) as bench:
        browser, _ = await opened(bench)
        await bench.network.change("hop1", replace=[catalogue.make("websocket_cut", {"delay": "50ms"})])
        assert await browser.rest() == b""


async def test_delayed_frames_leave_in_order_when_the_behaviour_is_removed(
    catalogue: Catalogue, authority: Authority
) -> None:
    async with Bench(catalogue.make("websocket_delay", {"delay": "60s"}), authority=authority) as bench:
        browser, server = await opened(bench)
        for text in "abc":
            await server.send(said(text))
        await browser.send(masked(said("up")))
        await bench.seen("hop1.server", "ws.frame", text="c")
        await bench.seen("hop1.client", "ws.frame", text="up")
        await bench.network.change("hop1", remove={"websocket_delay"})
        await server.send(said("d"))
        assert [(await read_frame(browser))[1] for _ in "abcd"] == [b"a", b"b", b"c", b"d"]
        assert await read_frame(server) == (0x81, b"up")


async def test_one_of_two_delays_is_lifted_alone(catalogue: Catalogue, authority: Authority) -> None:
    behaviours = [catalogue.make("websocket_delay", {"delay": delay}) for delay in ("60s", "200ms")]
    async with Bench(*behaviours, authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await server.send(said("o"))
        await bench.seen("hop1.server", "ws.frame", text="o")
        bench.network.hops[0].behaviours = behaviours[1:]
        assert await read_frame(browser) == (0x81, b"o")
        assert since() >= 195


@pytest.mark.parametrize(("name", "parameters", "path"), KEEP)
@pytest.mark.parametrize("how", ["removed", "over"])
async def test_kept_request_goes_on_when_the_behaviour_acts_no_more(
    catalogue: Catalogue,
    authority: Authority,
    name: str,
    parameters: Parameters,
    path: str,
    how: Literal["removed", "over"],
) -> None:
    behaviour = catalogue.make(name, parameters)
    behaviour.filter = Filter(for_ms=300 if how == "over" else None)
    async with Bench(behaviour, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(f"GET {path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        await bench.seen("hop1", "behaviour", behaviour=name)
        if how == "removed":
            assert not bench.reached
            await bench.network.change("hop1", remove={name})
        server = await bench.accept()
        assert (await server.head()).start == f"GET {path} HTTP/1.1"
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert (await browser.head()).start == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("parameters", [{"answer": "hang"}, {"answer": 403, "wait": "60s"}])
@pytest.mark.parametrize("reaches_server", [False, True])
async def test_kept_handshake_goes_on_when_the_behaviour_is_removed(
    catalogue: Catalogue, authority: Authority, parameters: Parameters, reaches_server: bool
) -> None:
    made = catalogue.make("no_upgrade", parameters | {"reaches_server": reaches_server})
    async with Bench(made, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(HANDSHAKE.format(headers=""))
        if not reaches_server:
            await bench.seen("hop1.client", "request")
            assert await quiet(browser, 50)
            await bench.network.change("hop1", remove={"no_upgrade"})
        server = await bench.accept()
        await server.head()
        await server.send(SWITCH.format(headers=""))
        if reaches_server:
            assert await quiet(browser, 50)
            await bench.network.change("hop1", remove={"no_upgrade"})
        assert (await browser.head()).start.startswith("HTTP/1.1 101 ")


@pytest.mark.parametrize(("name", "parameters"), [("minify", {}), ("replace_text", {"find": "line\n", "put": "X"})])
async def test_change_of_a_body_ends_and_begins_in_the_middle(
    catalogue: Catalogue, authority: Authority, name: str, parameters: Parameters
) -> None:
    async with Bench(catalogue.make(name, parameters), authority=authority) as bench:
        browser, server = await streaming(bench, "text/html")
        await browser.head()
        came = b""
        for changes in ({"remove": {name}}, {"add": [catalogue.make(name, parameters)]}, {}):
            await server.chunk(b"a line\n")
            came += b"|" + await browser.read_chunk()
            await bench.network.change("hop1", **changes)  # type: ignore[arg-type] # each has its own keys
            await asyncio.sleep(0.05)
        changed = b"a line" if name == "minify" else b"a X"
        assert came == b"|" + changed + b"|a line\n|" + changed


async def test_compression_that_has_begun_goes_on(catalogue: Catalogue, authority: Authority) -> None:
    made = catalogue.make("compress", {"types": ["*/*"], "flush": True})
    async with Bench(made, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /echo/x HTTP/1.1\r\nHost: app.localhost\r\nAccept-Encoding: gzip\r\n\r\n")
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await browser.head()).headers["content-encoding"] == "gzip"
        await bench.network.change("hop1", remove={"compress"})
        await server.chunk(b"plain")
        assert await browser.read_chunk() != b"plain"


async def test_request_that_waits_for_its_turn_goes_on_when_nobody_counts_any_more(
    catalogue: Catalogue, authority: Authority
) -> None:
    made = catalogue.make("concurrency_limit", {"requests": 1, "answer": "queue"})
    async with Bench(made, authority=authority) as bench:
        _, _ = await streaming(bench)
        second = await bench.connect()
        await second.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        await bench.seen("hop1", "behaviour", behaviour="concurrency_limit")
        assert not bench.reached
        await bench.network.change("hop1", remove={"concurrency_limit"})
        assert (await (await bench.accept()).head()).start == "GET /echo/info HTTP/1.1"


@pytest.mark.parametrize(
    "hops",
    [
        [HopSpec("hop1", "forward", "intercept"), HopSpec("hop2", "reverse")],
        [HopSpec("hop1", "socks", "intercept")],
    ],
    ids=["forward, https", "socks, https"],
)
async def test_held_body_passes_inside_of_a_tunnel(
    catalogue: Catalogue, authority: Authority, hops: Sequence[HopSpec]
) -> None:
    from tests.network.test_topology import entered

    hops = [HopSpec(hop.name, hop.proxy, hop.tls, behaviours=[]) for hop in hops]
    hops[0].behaviours.append(catalogue.make("buffering", {"until": "close"}))
    async with Bench(hops=hops, scheme="https", authority=authority) as bench:
        browser, host = await entered(bench, "https")
        await browser.send(f"POST /echo/000/abc/xhr_streaming HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        await server.chunk(b"first\n")
        await bench.seen("hop1.server", "response.data", total=6)
        await bench.network.change("hop1", remove={"buffering"})
        await browser.head()
        assert await browser.read_chunk() == b"first\n"


@pytest.mark.parametrize("direction", [None, "down"])
async def test_end_of_a_response_is_something_that_comes_down(
    catalogue: Catalogue, authority: Authority, direction: Literal["down"] | None
) -> None:
    for name, parameters in ("response_cut", {"delay": "50ms"}), ("first_byte_timeout", {"timeout": "50ms"}):
        made = catalogue.make(name, parameters)
        made.filter = Filter(direction=direction)
        async with Bench(made, authority=authority) as bench:
            browser = await bench.connect()
            await browser.send("GET /echo/x HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
            await (await bench.accept()).head()
            assert (await browser.head()).start.startswith("HTTP/1.1 504 ")
