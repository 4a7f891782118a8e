import asyncio
from collections.abc import Callable

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench, Wire
from lab.tasks import spawn
from tests.proxies.dialogue import EARLY_MS, watch

HEAD = "POST /echo/000/abc/xhr_send HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 5\r\n\r\n"


def test_dialogue(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("request_buffering", {}),
        r"""
        0    client asks POST /xhr_send [Content-Length: 5]
        10   client says "["a"
        700  client says ""]"
        700  client ends
        700  server gets POST /xhr_send [Content-Length: 5]
        700  server gets "["a"]"
        700  server gets end
        """,
    )
    assert said == ["held the request until it was complete"]


def test_dialogue_of_a_request_without_a_body(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("request_buffering", {}),
        """
        0  client asks GET /info
        0  server gets GET /info
        """,
    )
    assert said == []


async def test_server_sees_nothing_before_the_end(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("request_buffering", {}), authority=authority) as bench:
        browser = await bench.connect()
        since = watch()
        reached = spawn(first_byte(bench, since), name="server")
        await browser.send(HEAD + '["a')
        await bench.seen("hop1", "behaviour")
        await asyncio.sleep(0.15)
        await browser.send('"]')
        came_ms, server = await reached
        assert came_ms >= 150 - EARLY_MS
        assert await server.read(5) == b'["a"]'


async def first_byte(bench: Bench, since: Callable[[], float]) -> tuple[float, Wire]:
    """When the head of the request has come to the server, and where."""
    server = await bench.accept()
    await server.head()
    return since(), server


async def test_without_it_the_head_goes_at_once(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(HEAD + '["a')
        server = await bench.accept()
        await server.head()
        assert await server.read(3) == b'["a'
