"""The wait for the first request's headers."""

import asyncio

import pytest

from lab.server import door
from lab.server.door import Door, asks_for_draft_76, may_become_a_head, parse_head


def test_head_is_read_with_the_blanks_of_its_values() -> None:
    head = parse_head(b"GET /a?b HTTP/1.1\r\nHost: x\r\nKey:  1 2 ")
    assert head is not None
    assert (head.method, head.target, head.http) == ("GET", "/a?b", "1.1")
    assert head.headers == {"host": "x", "key": " 1 2 "}


@pytest.mark.parametrize("data", [b"", b"GET /", b"GET / HTTP/1.1\r\nnonsense", b"GET / x y HTTP/1.1"])
def test_what_is_no_head_is_none(data: bytes) -> None:
    assert parse_head(data) is None


def test_both_keys_make_the_old_handshake() -> None:
    one = b"GET / HTTP/1.1\r\nSEC-websocket-key1: x"
    assert not asks_for_draft_76(one)
    assert asks_for_draft_76(one + b"\r\nSec-WebSocket-Key2: y")


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (b"G", True),
        (b"\r\nGET / HTTP/1.1\r\nHo", True),
        (b"\r\n", True),
        (b"\x16\x03\x01", False),
        (b"GET /\r\nHost", False),
        (b"GET / HTTP/1.1\n", False),
    ],
)
def test_nonsense_is_not_waited_for(data: bytes, may: bool) -> None:
    assert may_become_a_head(data) is may


class Taker(asyncio.Protocol):
    def __init__(self) -> None:
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data


class Line(asyncio.Transport):
    protocol: asyncio.BaseProtocol | None = None

    def is_closing(self) -> bool:
        return False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_all_bytes_reach_who_serves_them(size: int) -> None:
    taker, line = Taker(), Line()
    doors: set[Door] = set()
    waiting = Door(lambda: taker, lambda head: None, doors)
    waiting.connection_made(line)
    assert doors == {waiting}
    data = b"POST / HTTP/1.1\r\nHost: x\r\n\r\n"
    for at in range(0, len(data), size):
        waiting.data_received(data[at : at + size])
    assert (line.protocol, taker.data, doors) == (taker, data, set())


async def test_endless_head_is_not_kept() -> None:
    taker, line = Taker(), Line()
    waiting = Door(lambda: taker, lambda head: None, set())
    waiting.connection_made(line)
    waiting.data_received(b"GET / HTTP/1.1\r\nA: " + b"x" * door.HEAD_LIMIT)
    assert line.protocol is taker


@pytest.mark.parametrize(("sent", "answer"), [(b"GET / HTTP/1.1\r\nHo", b"HTTP/1.1 408 Request Timeout"), (b"", b"")])
async def test_half_a_head_is_answered_and_dropped(serve, connect, monkeypatch, sent: bytes, answer: bytes) -> None:
    monkeypatch.setattr(Door.__init__, "__defaults__", (0.05,))
    wire = await connect(await serve())
    wire.writer.write(sent)
    assert (await wire.rest()).partition(b"\r\n")[0] == answer
