"""SockJS frames: what the server writes to a client, and what a client may send.

A frame to the client is a letter and, for messages and closing, a JSON array: ``o``, ``h``,
``a["text", ...]``, ``c[code,"reason"]``. What comes from the client has no letter: a JSON array of strings
over HTTP, that or a single JSON string over a websocket (sockjs-protocol 0.3.3, "Protocol and framing").
"""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any

OPEN = "o"
"""The frame that opens a session."""
HEARTBEAT = "h"
"""The frame that keeps a silent connection from being cut."""

# The code points that browsers mangle on their way in (sockjs-protocol 0.3.3, `escapable_by_server`), and the
# surrogates, which UTF-8 cannot carry. JSON itself takes care of U+0000 to U+001F.
_MANGLED = re.compile("[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff\ud800-\udfff]")

_SURROGATE = re.compile("[\ud800-\udfff]")


class PayloadError(ValueError):
    """What the client sent is no payload; ``str(error)`` is the answer that the protocol gives to it."""


def quote(text: str) -> str:
    """``text`` as a JSON string that browsers leave alone and UTF-8 can carry."""
    quoted = encode_basestring(text)
    if quoted.isascii():
        return quoted
    return _MANGLED.sub(_escape, quoted)


def scalar(text: str) -> str:
    """``text`` with lone surrogates replaced, as browsers do it, for a connection that carries bare UTF-8."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def message(text: str) -> str:
    """The ``a`` frame that holds ``text``."""
    return f"a[{quote(text)}]"


def messages(texts: Sequence[str]) -> str:
    """The ``a`` frame that holds ``texts``."""
    return f"a[{','.join(map(quote, texts))}]"


def close(code: int, reason: str) -> str:
    """The ``c`` frame for a close code and its reason."""
    return f"c[{code},{quote(reason)}]"


def decode_messages(payload: str | bytes | bytearray) -> list[str]:
    """The texts of a JSON array of strings, as xhr_send and jsonp_send take it.

    Raises:
        PayloadError: ``Payload expected.`` where there is none or it is no array of strings,
            ``Broken JSON encoding.`` where it is not JSON in UTF-8.
    """
    value = _decode(payload)
    if type(value) is not list or not all(type(text) is str for text in value):
        raise PayloadError("Payload expected.")
    return value


def decode_websocket(payload: str) -> list[str]:
    """The texts of one websocket message: an array of strings or one string; an empty message holds none.

    Raises:
        PayloadError: as for `decode_messages`.
    """
    if not payload:
        return []
    value = _decode(payload)
    if type(value) is str:
        return [value]
    if type(value) is not list or not all(type(text) is str for text in value):
        raise PayloadError("Payload expected.")
    return value


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _refuse(constant: str) -> Any:
    """NaN and Infinity are Python's idea of JSON, not the standard's."""
    raise ValueError(constant)


_parse = JSONDecoder(parse_constant=_refuse).decode


def _quick_parser() -> Callable[[str | bytes | bytearray], Any] | None:
    """The parser of orjson, where that is installed.

    What it refuses is not taken as broken: lone surrogates, for one, are for the parser of the standard library,
    whose answers hold. What it takes, that one takes too.
    """
    try:
        found: Callable[[str | bytes | bytearray], Any] = import_module("orjson").loads
    except ImportError:
        return None
    return found


_quick = _quick_parser()


def _decode(payload: str | bytes | bytearray) -> Any:
    if not payload:
        raise PayloadError("Payload expected.")
    if _quick is not None:
        try:
            return _quick(payload)
        except ValueError:
            pass
    try:
        return _parse(payload if isinstance(payload, str) else payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise PayloadError("Broken JSON encoding.") from None
