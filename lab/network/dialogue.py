r"""The lines of a dialogue that lab/network/playbook.py plays, and how heads and data stand in them.

``15 server answers 200 [Content-Type: text/plain]``, ``20 client gets "o\\n"``.
"""

import re
from typing import Any, NamedTuple

from mitmproxy.http import Headers

_LINE = re.compile(r"(\d+) (client|server) (asks|answers|says|ends|gets)(?: (.*))?")
_HEAD = re.compile(r"(?P<start>.*?)(?: \[(?P<headers>.*)\])?")


class Line(NamedTuple):
    """One line."""

    at_ms: int
    who: str
    verb: str
    what: str


def lines_of(dialogue: str) -> list[str]:
    """The lines of a dialogue without what leads in them, and without empty ones."""
    return [" ".join(line.split(None, 3)) for line in dialogue.splitlines() if line.strip()]


def line_of(text: str) -> Line:
    """What a line says.

    Raises:
        ValueError: It is none.
    """
    match = _LINE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a line of a dialogue: {text}")
    return Line(int(match[1]), match[2], match[3], match[4] or "")


def head_of(text: str) -> tuple[str, Headers]:
    """A start and headers: ``GET /info [Accept: */*; Origin: null]``."""
    match = _HEAD.fullmatch(text)
    assert match is not None  # Everything matches.
    # Only in front of a name: a header's value may have a semicolon of its own.
    lines = re.split(r"; (?=[\w-]+: )", match["headers"]) if match["headers"] else []
    pairs = (line.partition(": ")[::2] for line in lines)
    return match["start"], Headers([(name.encode(), value.encode()) for name, value in pairs])


def rest_of(message: Any) -> str:
    """Version and headers of a head, where there is something to say of them."""
    version = "" if message.http_version == "HTTP/1.1" else f" {message.http_version}"
    lines = [f"{name}: {value}" for name, value in message.headers.items(multi=True) if name.lower() != "host"]
    return version + (f" [{'; '.join(lines)}]" if lines else "")


def data_of(text: str) -> bytes:
    """The bytes that stand in quotation marks, with Python's escapes."""
    return text.removeprefix('"').removesuffix('"').encode("latin-1").decode("unicode_escape").encode("latin-1")


def quoted(data: bytes) -> str:
    """The bytes as `data_of` reads them."""
    return '"' + data.decode("latin-1").encode("unicode_escape").decode("ascii") + '"'
