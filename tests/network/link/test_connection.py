"""What a link does with no behaviour, and what it does with ends, whatever its behaviours."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.network.behaviour import Catalogue
from lab.network.link.act import ROOM
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.side import HIGH_WATER, READ
from lab.network.link.testing import LinkBench

CATALOGUE = Catalogue()

BEHAVIOURS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "none": [],
    "latency": [("latency", {"delay": "1ms"})],
    "slicing": [("slicing", {"size": "3B", "variation": "2B"})],
    "three": [
        ("latency", {"delay": "1ms", "jitter": "2ms"}),
        ("slicing", {"size": "7B"}),
        ("hold", {"flush": "2ms"}),
    ],
}


def behaviours(name: str) -> list[LinkBehaviour]:
    return [CATALOGUE.make(each, parameters) for each, parameters in BEHAVIOURS[name]]


@pytest.mark.parametrize("name", BEHAVIOURS)
@settings(max_examples=12, deadline=None)
@given(
    up=st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    down=st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    bytewise=st.booleans(),
)
def test_bytes_arrive_as_they_were_sent(name: str, up: list[bytes], down: list[bytes], bytewise: bool) -> None:
    async def relay() -> None:
        async with LinkBench(*behaviours(name)) as bench:
            client, server = await bench.connect()
            for peer, pieces in ((client, up), (server, down)):
                for piece in pieces:
                    for part in [piece[at : at + 1] for at in range(len(piece))] if bytewise else [piece]:
                        peer.send(part)
                    await asyncio.sleep(0)
                peer.fin()
            assert (await server.ended(), await client.ended()) == ("fin", "fin")
            assert (server.data, client.data) == (b"".join(up), b"".join(down))

    asyncio.run(relay())


@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_much_arrives_as_it_was_sent(name: str) -> None:
    size = 60_000 if name in ("slicing", "three") else 5_000_000
    data = bytes(range(251)) * (size // 251)
    async with LinkBench(*behaviours(name)) as bench:
        client, server = await bench.connect()
        client.send(data)
        server.send(data[::-1])
        client.fin()
        server.fin()
        assert (await server.ended(), await client.ended()) == ("fin", "fin")
        assert server.data == data
        assert client.data == data[::-1]
        await bench.seen("hop1.client", "tcp.end", direction="down", how="fin", total=len(data))
        await bench.seen("hop1.server", "tcp.end", direction="up", how="fin", total=len(data))


@pytest.mark.parametrize("name", ["none", "latency"])
async def test_half_close_leaves_the_other_way_open(name: str) -> None:
    async with LinkBench(*behaviours(name)) as bench:
        client, server = await bench.connect()
        client.send(b"question")
        client.fin()
        assert await server.ended() == "fin"
        assert server.data == b"question"
        for _ in range(3):
            server.send(b"answer")
            await asyncio.sleep(0.005)
        server.fin()
        assert await client.ended() == "fin"
        assert client.data == b"answer" * 3
        vantages = [event.vantage for event in bench.log if event.kind == "tcp.end"]
        assert vantages == ["hop1.client", "hop1.server", "hop1.server", "hop1.client"]


@pytest.mark.parametrize("name", ["none", "latency"])
@pytest.mark.parametrize("who", ["client", "server"])
async def test_rst_is_relayed_as_rst_behind_what_was_sent(name: str, who: str) -> None:
    async with LinkBench(*behaviours(name)) as bench:
        client, server = await bench.connect()
        gone, other = (client, server) if who == "client" else (server, client)
        gone.send(b"last words")
        await bench.seen(f"hop1.{who}", "tcp.data")
        gone.reset()
        assert await other.ended() == "rst"
        assert other.data == b"last words"
        direction = "up" if who == "client" else "down"
        far = "server" if who == "client" else "client"
        ends = [
            (event.vantage, event.data["direction"], event.data["how"]) for event in bench.log if "end" in event.kind
        ]
        assert ends == [(f"hop1.{who}", direction, "rst"), (f"hop1.{far}", direction, "rst")]


async def test_rst_after_fin_is_relayed_too() -> None:
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.fin()
        assert await server.ended() == "fin"
        client.reset()
        await asyncio.sleep(0.01)
        server.send(b"nobody listens")  # to which the client's kernel answers with RST
        await bench.seen("hop1.server", "tcp.end", direction="up", how="rst")


async def test_rst_that_waits_for_a_slow_reader_stays_rst() -> None:
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.fin()
        assert await server.ended() == "fin"
        client.transport.pause_reading()
        server.send(bytes(16 * 1024 * 1024))
        await asyncio.sleep(0.1)
        server.reset()
        client.transport.resume_reading()
        assert await client.ended() == "rst"


async def test_bytes_meet_behaviours_in_a_row_from_the_client_to_the_server() -> None:
    """An end that the behaviour next to the client makes reaches the server late, through the latency behind it."""
    row = [CATALOGUE.make("data_limit", {"limit": "3B"}), CATALOGUE.make("latency", {"delay": "80ms"})]
    async with LinkBench(*row) as bench:
        client, server = await bench.connect()
        client.send(b"abcd")
        assert await client.ended() == "fin"
        assert await server.ended() == "fin"
        assert server.end_ms - client.sent_ms >= 80
        assert server.end_ms > client.end_ms
        assert server.data == b"abc"


@pytest.mark.parametrize(
    ("name", "parameters"), [(None, {}), ("black_hole", {}), ("bandwidth", {"rate": "1KiB", "queue": "8KiB"})]
)
async def test_sender_has_to_wait_and_little_is_kept(name: str | None, parameters: dict[str, str]) -> None:
    own = [CATALOGUE.make(name, parameters)] if name else []
    async with LinkBench(*own) as bench:
        client, server = await bench.connect()
        server.transport.pause_reading()
        client.send(bytes(64 * 1024 * 1024))
        taken, before = 0, -1
        while taken > before:
            before = taken
            await asyncio.sleep(0.3)
            taken = sum(event.data["bytes"] for event in bench.events("hop1.client", "tcp.data"))
        assert client.transport.get_write_buffer_size() > 0
        sent = sum(event.data["bytes"] for event in bench.events("hop1.server", "tcp.data"))
        # What was handed to the kernel on the server's side is not kept here any more, but for HIGH_WATER and a read.
        assert taken - sent <= max(ROOM, HIGH_WATER) + READ


async def test_slow_reader_makes_the_sender_wait_and_gets_everything() -> None:
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.transport.pause_reading()
        data = bytes(range(251)) * 80_000
        server.send(data)
        server.fin()
        await asyncio.sleep(0.1)
        assert server.transport.get_write_buffer_size() > 0
        client.transport.resume_reading()
        assert await client.ended() == "fin"
        assert client.data == data


async def test_requests_are_told_at_both_vantages() -> None:
    async with LinkBench() as bench:
        client, _ = await bench.connect()
        client.send(b"GET /echo/1/abc/websocket HTTP/1.1\r\nHost: x\r\n\r\n")
        for vantage in ("hop1.client", "hop1.server"):
            event = await bench.seen(vantage, "tcp.data", request="GET /echo/1/abc/websocket")
            assert event.data["conn"] == 1
            assert event.data["direction"] == "up"


async def test_connections_are_numbered_and_opened_on_both_sides() -> None:
    async with LinkBench() as bench:
        for _ in range(2):
            await bench.connect()
        for vantage in ("hop1.client", "hop1.server"):
            assert [event.data for event in bench.events(vantage, "tcp.open")] == [{"conn": 1}, {"conn": 2}]


async def test_server_that_does_not_listen_is_a_reset() -> None:
    async with LinkBench() as bench:
        bench.close_server()
        client = await bench.dial()
        assert await client.ended() == "rst"
        assert [event.kind for event in bench.events("hop1.client")] == ["tcp.open", "tcp.end"]
        (refused,) = bench.events("hop1.server")
        assert (refused.kind, refused.data["how"]) == ("tcp.end", "refused")
