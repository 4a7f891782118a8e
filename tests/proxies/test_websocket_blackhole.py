import asyncio

import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import CLOSE, EARLY_MS, OPENED, PING, PONG, masked, opened, read_frame, said, watch


def test_dialogue_of_both_directions(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_blackhole", {"delay": "2s", "messages": 1}),
        f"""
        {OPENED}
        10    server says "o"
        10    client gets "o"
        1999  client says "early"
        1999  server gets "early"
        2000  client says "late"
        2100  server says ping
        2200  server says "late"
        3000  client says close
        4000  client ends
        4000  server gets fin
        """,
    )
    assert said == ["began to swallow what the client sends", "began to swallow what the server sends"]


def test_dialogue_until_so_many_messages(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_blackhole", {"messages": 1}),
        f"""
        {OPENED}
        1  client says ping
        1  server gets ping
        2  server says "o"
        2  client gets "o"
        3  client says ping
        4  server says "lost"
        """,
    )


def test_dialogue_of_one_direction_and_without_ends(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_blackhole", {"direction": "up", "ends": "drop"}),
        f"""
        {OPENED}
        1  server says "o"
        1  client gets "o"
        2  client says "a"
        3  server says close
        3  client gets close
        4  server ends
        """,
    )
    assert said == ["began to swallow what the client sends"]


@pytest.mark.parametrize("direction", ["both", "up", "down"])
async def test_frames_vanish_in_a_direction(catalogue: Catalogue, authority: Authority, direction: str) -> None:
    async with Bench(catalogue.make("websocket_blackhole", {"direction": direction}), authority=authority) as bench:
        browser, server = await opened(bench)
        for frame in (said("x"), PING, PONG):
            await server.send(frame)
            await browser.send(masked(frame))
        await bench.seen("hop1.server", "ws.frame", direction="down")
        await bench.seen("hop1.client", "ws.frame", direction="up")
        if direction == "up":
            assert await browser.read(7) == said("x") + PING + PONG
        if direction == "down":
            assert [await read_frame(server) for _ in range(3)] == [(0x81, b"x"), (0x89, b""), (0x8A, b"")]
        await browser.send(masked(CLOSE))
        await browser.close()
        # A closing frame is swallowed where messages are; the end of the connection is not.
        assert (await server.rest() == b"") == (direction != "down")
        passed = {"both": [], "up": ["down"], "down": ["up"]}[direction]
        arrived = bench.figures("hop1.client", "ws.frame", "direction") + bench.figures(
            "hop1.server", "ws.frame", "direction"
        )
        assert sorted(arrived) == sorted(["up", "down", *passed])
        told = {"up": "began to swallow what the client sends", "down": "began to swallow what the server sends"}
        gone = [told[one] for one in ("up", "down") if direction in {"both", one}]
        assert sorted(bench.figures("hop1", "behaviour", "did")) == sorted(gone)


async def test_messages_pass_first(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_blackhole", {"messages": 2}), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await browser.read(3) == said("o")
        await browser.send(masked(said("a")))
        assert await read_frame(server) == (0x81, b"a")
        await server.send(said("lost"))
        await bench.seen("hop1", "behaviour")
        await browser.close()
        assert await server.rest() == b""
        assert bench.figures("hop1.client", "ws.frame", "text") == ["o", "a"]


async def test_everything_passes_for_a_while(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_blackhole", {"delay": "300ms"}), authority=authority) as bench:
        since = watch()
        browser, server = await opened(bench)
        sent = 0
        while not bench.events("hop1", "behaviour"):
            await server.send(said(f"{sent:02}"))
            sent += 1
            await asyncio.sleep(0.01)
        assert since() >= 300 - EARLY_MS
        assert bench.figures("hop1", "behaviour", "did") == ["began to swallow what the server sends"]
        await server.close()
        came = await browser.rest()
        # All up to the first that was swallowed, and none after it.
        assert 0 < len(came) // 4 < sent
        assert came == b"".join(said(f"{number:02}") for number in range(len(came) // 4))


@pytest.mark.parametrize("client", [True, False])
async def test_end_is_not_passed_on(catalogue: Catalogue, authority: Authority, client: bool) -> None:
    async with Bench(catalogue.make("websocket_blackhole", {"ends": "drop"}), authority=authority) as bench:
        browser, server = await opened(bench)
        one, other = (browser, server) if client else (server, browser)
        await one.close()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.rest(), 0.15)
        assert bench.events("hop1.client", "ws.close") == []


@pytest.mark.parametrize("parameters", [{"direction": "in"}, {"messages": -1}, {"delay": 5}, {"ends": "keep"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"websocket_blackhole: {next(iter(parameters))}: "):
        catalogue.make("websocket_blackhole", parameters)
