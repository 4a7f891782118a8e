import asyncio

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, OPENED, PING, masked, opened, read_frame, said, watch


def test_dialogue_of_silence(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_idle", {}),
        f"""
        {OPENED}
        5      server says "o"
        5      client gets "o"
        30000  client says "a"
        30000  server gets "a"
        60000  server says ping
        60000  client gets ping
        120000 client gets fin
        120000 server gets fin
        """,
    )
    assert said == ["ended the idle websocket with FIN"]


def test_dialogue_in_which_pings_do_not_count(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_idle", {"pings": False, "direction": "down", "end": "close", "code": 4000}),
        f"""
        {OPENED}
        30000  server says "o"
        30000  client gets "o"
        40000  server says ping
        40000  client gets ping
        50000  client says "a"
        50000  server gets "a"
        90000  client gets close 4000
        90000  server gets close 4000
        """,
    )


def test_dialogue_after_which_nobody_is_told(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_idle", {"end": "drop"}),
        f"""
        {OPENED}
        59999  server says "o"
        59999  client gets "o"
        120000 client says "lost"
        130000 server ends
        """,
    )


async def test_idle_websocket_ends(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_idle", {"timeout": "150ms"}), authority=authority) as bench:
        browser, server = await opened(bench)
        await asyncio.sleep(0.05)
        since = watch()
        await server.send(said("o"))
        assert await browser.rest() == said("o")
        assert since() >= 150 - EARLY_MS
        assert await server.rest() == b""
        await bench.seen("hop1.client", "ws.close", code=1006, by="hop")


@pytest.mark.parametrize(
    ("parameters", "frame", "from_client", "keeps"),
    [
        ({}, PING, False, True),
        ({}, said("x"), True, True),
        ({"pings": False}, PING, False, False),
        ({"pings": False}, said("x"), False, True),
        ({"direction": "up"}, said("x"), False, False),
        ({"direction": "up"}, said("x"), True, True),
        ({"direction": "down"}, PING, True, False),
    ],
)
async def test_what_is_said_keeps_it_open(
    catalogue: Catalogue,
    authority: Authority,
    parameters: dict[str, object],
    frame: bytes,
    from_client: bool,
    keeps: bool,
) -> None:
    behaviour = catalogue.make("websocket_idle", {"timeout": "300ms", **parameters})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await asyncio.sleep(0.15)
        if from_client:
            await browser.send(masked(frame))
        else:
            await server.send(frame)
        await browser.rest()
        assert (since() >= 450 - EARLY_MS) == keeps


async def test_closing_frame_says_the_code(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("websocket_idle", {"timeout": "50ms", "end": "close", "code": 4000})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        for wire in (browser, server):
            assert await read_frame(wire) == (0x88, b"\x0f\xa0")


async def test_nobody_is_told(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("websocket_idle", {"timeout": "50ms", "end": "drop"})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        await bench.seen("hop1", "behaviour", did="ended the idle websocket without telling anybody")
        await server.send(said("lost") + PING)
        await browser.send(masked(said("lost")))
        await bench.seen("hop1.client", "ws.frame", direction="up")
        await server.close()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(browser.rest(), 0.15)
        assert bench.events("hop1.client", "ws.close") == []
