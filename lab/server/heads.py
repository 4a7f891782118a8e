"""Heads of requests: those that the lab's own connections serve, and those that are for others."""

import re
from collections.abc import Mapping
from typing import NamedTuple

LIMIT = 16 * 1024
"""Bytes of headers that are kept until they are complete; aiohttp refuses much less, in its own words."""
END = b"\r\n\r\n"

_PLAIN = re.compile(rb"[A-Z]{1,16} /[!-\"$-~]* HTTP/1\.1(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ -~\t]*)*")
_PLAIN_BYTES = 8190
_PLAIN_LINES = 100
_LENGTH = re.compile(r"[0-9]{1,15}")
# What takes more than reading the head and then as many bytes as Content-Length says.
_INTRICATE = frozenset({"transfer-encoding", "content-encoding", "expect", "trailer", "te"})


class Head(NamedTuple):
    """A request's first line and headers."""

    method: str
    target: str
    http: str
    """The version, as in ``1.1``."""
    headers: Mapping[str, str]
    """By their names in small letters; the last one of a name."""
    lines: list[list[str]]
    """Names and values as they came."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands behind the target's question mark."""
        return self.target.partition("?")[2]

    @property
    def length(self) -> int:
        """Bytes of body that the head of a plain request announces."""
        return int(self.headers.get("content-length", 0))

    @property
    def keeps(self) -> bool:
        """Whether the connection is to be kept after the answer."""
        return "close" not in self._connection

    @property
    def upgrade(self) -> bool:
        """Whether another protocol is asked for."""
        return "upgrade" in self.headers and "upgrade" in self._connection

    @property
    def _connection(self) -> list[str]:
        return [token.strip() for token in self.headers.get("connection", "").lower().split(",")]


def parse_head(data: bytes) -> Head | None:
    """The head in ``data``, which ends before the empty line; None where it is none."""
    first, *rest = data.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return None
    lines = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            return None
        # One blank is the separator's; draft 76 counts those that belong to a key.
        lines.append([name, value.removeprefix(" ")])
    return Head(words[0], words[1], words[2][5:], {name.lower(): value for name, value in lines}, lines)


def parse_plain(data: bytes) -> Head | None:
    """The head in ``data`` if there is nothing out of the ordinary in it.

    What is left to aiohttp, as None: other versions than HTTP/1.1, headers of one name twice, anything but ASCII in
    its right place, bodies whose end is not known from Content-Length, all that is very long.
    """
    if len(data) > _PLAIN_BYTES or not _PLAIN.fullmatch(data):
        return None
    first, *rest = data.decode("ascii").split("\r\n")
    method, target, _ = first.split(" ")
    lines = []
    for line in rest:
        name, _, value = line.partition(":")
        lines.append([name, value.strip(" \t")])
    headers = {name.lower(): value for name, value in lines}
    if len(headers) != len(lines) or len(lines) > _PLAIN_LINES or "host" not in headers:
        return None
    if not _INTRICATE.isdisjoint(headers) or not _LENGTH.fullmatch(headers.get("content-length", "0")):
        return None
    return Head(method, target, "1.1", headers, lines)


def asks_for_draft_76(data: bytes) -> bool:
    """Whether the head in ``data`` has both keys of that handshake."""
    low = data.lower()
    return b"\r\nsec-websocket-key1:" in low and b"\r\nsec-websocket-key2:" in low


def may_become_a_head(data: bytes) -> bool:
    """Whether more bytes could make ``data`` the head of a request; what cannot is for aiohttp to refuse."""
    first, newline, _ = data.lstrip(b"\r\n").partition(b"\r\n")
    if newline:
        return b" HTTP/1." in first
    return b"\n" not in first and (not first or first[:1].isalpha())
