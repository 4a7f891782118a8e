"""Heads of requests: what they say, and which are served without aiohttp."""

import time

import pytest

from lab.server.heads import asks_for_draft_76, may_become_a_head, parse_head, parse_plain


def test_head_is_read_with_the_blanks_of_its_values() -> None:
    head = parse_head(b"GET /a?b HTTP/1.1\r\nHost: x\r\nKey:  1 2 ")
    assert head is not None
    assert (head.method, head.target, head.http) == ("GET", "/a?b", "1.1")
    assert (head.path, head.query) == ("/a", "b")
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


def test_plain_head_is_read() -> None:
    head = parse_plain(b"POST /a/b?c=d HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:\t12 \r\nX:\r\nConnection: Keep-Alive")
    assert head is not None
    assert head.headers == {"host": "x", "content-length": "12", "x": "", "connection": "Keep-Alive"}
    assert head.lines[1] == ["content-LENGTH", "12"]
    assert (head.length, head.keeps, head.upgrade) == (12, True, False)


@pytest.mark.parametrize(
    ("line", "keeps", "upgrade"),
    [
        (b"Connection: close", False, False),
        (b"Connection: keep-alive, Close", False, False),
        (b"Connection: Upgrade\r\nUpgrade: websocket", True, True),
        (b"Upgrade: h2c", True, False),
        (b"Connection: disclosed", True, False),
    ],
)
def test_plain_head_says_what_becomes_of_the_connection(line: bytes, keeps: bool, upgrade: bool) -> None:
    head = parse_plain(b"GET / HTTP/1.1\r\nHost: x\r\n" + line)
    assert head is not None
    assert (head.keeps, head.upgrade) == (keeps, upgrade)


PLAIN = b"POST / HTTP/1.1\r\nHost: x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"POST / HTTP/1.1",
        b"POST / HTTP/1.0\r\nHost: x",
        b"POST / HTTP/2.0\r\nHost: x",
        b"post / HTTP/1.1\r\nHost: x",
        b"POST  / HTTP/1.1\r\nHost: x",
        b"POST http://x/ HTTP/1.1\r\nHost: x",
        b"POST * HTTP/1.1\r\nHost: x",
        b"POST /a b HTTP/1.1\r\nHost: x",
        b"POST /a#b HTTP/1.1\r\nHost: x",
        b"POST /\xc3\xa9 HTTP/1.1\r\nHost: x",
        b"POST / HTTP/1.1\nHost: x",
        PLAIN + b"\r\nno colon",
        PLAIN + b"\r\n folded: x",
        PLAIN + b"\r\nA : x",
        PLAIN + b"\r\n: x",
        PLAIN + b"\r\nA: \x00",
        PLAIN + b"\r\nA: a\nB: b",
        PLAIN + b"\r\nA: a\rB: b",
        PLAIN + b"\r\nA: \xe9",
        PLAIN + b"\r\nhost: y",
        PLAIN + b"\r\nContent-Length: 1\r\nContent-Length: 1",
        PLAIN + b"\r\nContent-Length: -1",
        PLAIN + b"\r\nContent-Length: +1",
        PLAIN + b"\r\nContent-Length: 1_0",
        PLAIN + b"\r\nContent-Length: 0x1",
        PLAIN + b"\r\nContent-Length: 1, 1",
        PLAIN + b"\r\nContent-Length:",
        PLAIN + b"\r\nTransfer-Encoding: chunked",
        PLAIN + b"\r\nContent-Encoding: gzip",
        PLAIN + b"\r\nExpect: 100-continue",
        PLAIN + b"".join(b"\r\nX%d: y" % number for number in range(100)),
        PLAIN + b"\r\nA: " + b"x" * 8190,
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_aiohttp(data: bytes) -> None:
    assert parse_plain(data) is None


@pytest.mark.parametrize("filler", [b" ", b"\t", b"a", b"a:", b"\r\na:", b"\r\na: b"])
def test_no_head_takes_long_to_refuse(filler: bytes) -> None:
    data = (PLAIN + b"\r\nA:" + filler * 8000)[:8100] + b"\x00"
    began = time.process_time()
    assert parse_plain(data) is None
    assert time.process_time() - began < 0.5
