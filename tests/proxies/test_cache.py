import asyncio
from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from lab.network.witness import PATIENCE_S
from tests.proxies.dialogue import EARLY_MS, watch


def answer(body: str, *headers: str, status: str = "200 OK") -> str:
    head = "".join(f"{line}\r\n" for line in headers)
    return f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"


NO_STORE = "Cache-Control: no-store, no-cache, no-transform, must-revalidate, max-age=0"


@pytest.mark.parametrize(
    ("parameters", "first", "second", "hit"),
    [
        ({}, ("GET /info?t=1", "", NO_STORE), ("GET /info?t=2", ""), True),
        ({"query": "heed"}, ("GET /info?t=1", "", NO_STORE), ("GET /info?t=2", ""), False),
        ({"query": "heed"}, ("GET /info?t=1", "", NO_STORE), ("GET /info?t=1", ""), True),
        ({"no_store": "heed"}, ("GET /info", "", NO_STORE), ("GET /info", ""), False),
        ({"no_store": "heed"}, ("GET /info", "", "X: 1"), ("GET /info", ""), True),
        ({}, ("GET /info", "Origin: a", "Vary: Origin"), ("GET /info", "Origin: b"), True),
        ({"vary": "heed"}, ("GET /info", "Origin: a", "Vary: Origin"), ("GET /info", "Origin: b"), False),
        ({"vary": "heed"}, ("GET /info", "Origin: a", "Vary: Origin"), ("GET /info", "Origin: a"), True),
        ({"vary": "heed"}, ("GET /info", "", "Vary: *"), ("GET /info", ""), False),
        ({}, ("POST /xhr", "", "X: 1"), ("POST /xhr", ""), False),
        ({}, ("GET /info", "", "X: 1"), ("POST /info", ""), False),
        ({}, ("GET /info", "", "X: 1"), ("GET /other", ""), False),
        ({}, ("GET /ws", "", "X: 1"), ("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket"), False),
    ],
)
async def test_get_is_answered_from_the_cache(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    first: tuple[str, str, str],
    second: tuple[str, str],
    hit: bool,
) -> None:
    async with Bench(catalogue.make("cache", parameters), authority=authority) as bench:
        request, headers, from_server = first
        headers = f"{headers}\r\n" if headers else ""
        one = await passes(bench, request, answer("one", from_server), headers=headers)
        assert (one.body, one.head.headers["content-length"], "age" in one.head.headers) == (b"one", "3", False)
        request, headers = second
        two = await passes(bench, request, answer("two"), headers=f"{headers}\r\n" if headers else "")
        assert (two.asked is None) == hit
        assert two.body == (b"one" if hit else b"two")
        assert two.head.headers.get("age") == ("0" if hit else None)


async def test_other_statuses_are_not_kept(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("cache", {}), authority=authority) as bench:
        await passes(bench, "GET /info", answer("gone", status="404 Not Found"))
        assert (await passes(bench, "GET /info", answer("two"))).body == b"two"


async def test_lifetime_ends(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour: Any = catalogue.make("cache", {"lifetime": "10s"})
    now_s = 100.0
    behaviour.now_s = lambda: now_s
    async with Bench(behaviour, authority=authority) as bench:
        await passes(bench, "GET /info", answer("one"))
        now_s = 109.9
        assert (await passes(bench, "GET /info", answer("two"))).head.headers["age"] == "9"
        now_s = 110.0
        assert (await passes(bench, "GET /info", answer("two"))).body == b"two"
        # That one is kept in its place.
        assert (await passes(bench, "GET /info", answer("three"))).body == b"two"


async def test_client_gets_the_kept_response_for_as_long_as_it_lives(
    catalogue: Catalogue, authority: Authority, passes: Any
) -> None:
    async with Bench(catalogue.make("cache", {"lifetime": "200ms"}), authority=authority) as bench:
        since = watch()
        await passes(bench, "GET /info", answer("one"))
        async with asyncio.timeout(PATIENCE_S):
            while (await passes(bench, "GET /info", answer("two"))).body == b"one":
                pass
        assert since() >= 200 - EARLY_MS


async def test_unfinished_stream_is_passed_on_and_not_kept(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("cache", {}), authority=authority) as bench:
        for _ in range(2):
            browser = await bench.connect()
            await browser.send("GET /echo/000/abc/eventsource HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
            server = await bench.accept()
            await server.head()
            await server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            await server.chunk(b"data: o\r\n\r\n")
            await browser.head()
            assert await browser.read_chunk() == b"data: o\r\n\r\n"


async def test_chunked_response_is_kept_whole(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("cache", {}), authority=authority) as bench:
        chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert (await passes(bench, "GET /info", chunked)).body == b"abcde"
        kept = await passes(bench, "GET /info")
        assert (kept.asked, kept.body, kept.head.headers["content-length"]) == (None, b"abcde", "5")
        did = ["kept the response in the cache", "answered from the cache"]
        assert bench.figures("hop1", "behaviour", "did") == did


@pytest.mark.parametrize("parameters", [{"lifetime": 60}, {"query": "drop"}, {"vary": False}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"cache: {next(iter(parameters))}: "):
        catalogue.make("cache", parameters)


async def test_bare_mitmdump_lets_the_first_request_pass(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq())
    await bare("cache", "requestheaders", flow, "lifetime=5s", "query=heed")
    assert flow.response is None
