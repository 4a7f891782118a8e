"""What is written on the lab's own connections."""

import pytest

from lab.server.exchange import Reception
from lab.server.writing import HttpReceiver, chunk, head_of, lines_of
from lab.sockjs.actions import End


def test_head_holds_what_it_is_given() -> None:
    head = head_of(404, {"A": "b", "C": "d: e"}, length=3)
    first, *lines = head.split(b"\r\n")
    assert first == b"HTTP/1.1 404 Not Found"
    assert lines[:3] == [b"A: b", b"C: d: e", b"Content-Length: 3"]
    assert lines[3].startswith(b"Date: ")
    assert lines[4:] == [b"", b""]


@pytest.mark.parametrize(("keeps", "line"), [(True, b""), (False, b"Connection: close\r\n")])
def test_head_says_that_the_connection_ends(keeps: bool, line: bytes) -> None:
    head = head_of(204, {}, keeps=keeps)
    assert b"Content-Length" not in head
    assert head.partition(b" GMT\r\n")[2] == line + b"\r\n"


def test_lines_of_a_head_are_pairs() -> None:
    assert lines_of(b"HTTP/1.1 200 OK\r\nA: b: c\r\nD: \r\n\r\n") == [["A", "b: c"], ["D", ""]]


def test_chunk_has_its_size_in_hexadecimals() -> None:
    assert chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"


def test_receiver_of_a_poll_keeps_what_is_pushed() -> None:
    ends: list[End] = []
    receiver = HttpReceiver(Reception({}, str.encode, 1), lambda receiver, end: ends.append(end))
    receiver.push(b"a")
    receiver.push(b"b")
    receiver.finish(End(receiver, "limit"))
    assert receiver.body() == b"ab"
    assert ends == [receiver.ended]


def test_receiver_without_a_connection_drops_what_is_pushed() -> None:
    receiver = HttpReceiver(Reception({}, str.encode, 1000, b"hhh"), lambda receiver, end: None)
    receiver.push(b"a")
    assert receiver.body() == b""
    assert receiver.size == 3
