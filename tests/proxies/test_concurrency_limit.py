import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire
from lab.tasks import spawn
from tests.proxies.dialogue import EARLY_MS, watch

OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


async def ask(bench: Bench, path: str, headers: str = "") -> Wire:
    browser = await bench.connect()
    await browser.send(f"GET {path} HTTP/1.1\r\nHost: app.localhost\r\n{headers}\r\n")
    return browser


async def accept(bench: Bench, path: str) -> Wire:
    server = await bench.accept()
    assert (await server.head()).start == f"GET {path} HTTP/1.1"
    return server


async def test_one_too_many_is_refused_until_another_ends(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("concurrency_limit", {"requests": 2}), authority=authority) as bench:
        await ask(bench, "/1")
        await accept(bench, "/1")
        second = await ask(bench, "/2")
        server = await accept(bench, "/2")
        assert (await (await ask(bench, "/3")).head()).start.startswith("HTTP/1.1 503 ")
        await server.send(OK)
        await second.head()
        await ask(bench, "/4")
        await accept(bench, "/4")
        did = ["answered with 503 because of 2 requests under way"]
        assert bench.figures("hop1", "behaviour", "did") == did


async def test_queue_lets_it_wait_its_turn(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("concurrency_limit", {"requests": 1, "answer": "queue"})
    async with Bench(behaviour, authority=authority) as bench:
        await ask(bench, "/1")
        server = await accept(bench, "/1")
        for number in (2, 3, 4):
            waiting = await ask(bench, f"/{number}")
            await bench.seen("hop1", "behaviour", flow=number, did="let the request wait for 1 under way")
            if number == 2:
                waiting.abort()
        await bench.seen("hop1.client", "error", flow=2)
        assert not bench.reached
        await server.send(OK)
        # The second has gone away, so it is the third one's turn.
        server = await accept(bench, "/3")
        assert not bench.reached
        await server.send(OK)
        await accept(bench, "/4")


async def test_client_in_the_queue_gets_its_answer_when_the_other_has_its_own(
    catalogue: Catalogue, authority: Authority
) -> None:
    behaviour = catalogue.make("concurrency_limit", {"requests": 1, "answer": "queue"})
    async with Bench(behaviour, authority=authority) as bench:
        first = await ask(bench, "/1")
        server = await accept(bench, "/1")
        since = watch()
        answered = spawn(answer_next(bench, await ask(bench, "/2"), since), name="second")
        await bench.seen("hop1", "behaviour", did="let the request wait for 1 under way")
        await asyncio.sleep(0.15)
        await server.send(OK)
        await first.head()
        assert await answered >= 150 - EARLY_MS


async def answer_next(bench: Bench, browser: Wire, since: Callable[[], float]) -> float:
    """Answer the next request, and say when the browser got it."""
    server = await bench.accept()
    await server.head()
    await server.send(OK)
    await browser.head()
    return since()


async def test_client_that_goes_gives_its_place_back(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("concurrency_limit", {"requests": 1, "answer": "queue"})
    async with Bench(behaviour, authority=authority) as bench:
        first = await ask(bench, "/1")
        await accept(bench, "/1")
        await ask(bench, "/2")
        await bench.seen("hop1", "behaviour")
        first.abort()
        await accept(bench, "/2")


async def test_websocket_keeps_its_place_until_it_ends(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("concurrency_limit", {"requests": 1}), authority=authority) as bench:
        browser = await ask(bench, "/ws", UPGRADE)
        server = await accept(bench, "/ws")
        await server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        await browser.head()
        await bench.seen("hop1.client", "ws.open")
        assert (await (await ask(bench, "/2")).head()).start.startswith("HTTP/1.1 503 ")
        server.abort()
        await bench.seen("hop1.client", "ws.close")
        await browser.rest()
        await ask(bench, "/3")
        await accept(bench, "/3")


@pytest.mark.parametrize("parameters", [{"requests": 0}, {"answer": "wait"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"concurrency_limit: {next(iter(parameters))}: "):
        catalogue.make("concurrency_limit", parameters)


async def test_bare_mitmdump_lets_the_first_pass(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("concurrency_limit", "requestheaders", flow, "requests=1", "answer=queue")
    assert flow.response is None
