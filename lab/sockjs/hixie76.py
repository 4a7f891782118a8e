"""The websocket protocol of 2010 (draft-hixie-thewebsocketprotocol-76): Chrome 6 to 13, Safari 5.

Its handshake is a GET with two keys in headers and eight bytes behind them, which Content-Length does not
announce; the answer proves with 16 bytes that the server has read all three. Its messages stand between a byte
0x00 and a byte 0xff; 0xff 0x00 closes, from either side.
"""

import hashlib
import struct
from collections.abc import Iterator
from enum import Enum

NONCE = 8
"""Bytes behind the headers of the request."""
CLOSING = b"\xff\x00"
"""The closing handshake: the same bytes in both directions."""


class HandshakeError(ValueError):
    """The keys are not as the draft wants them."""


class FrameError(ValueError):
    """A frame is larger than allowed."""


class Closing(Enum):
    """What `Frames.feed` gives for the closing handshake."""

    CLOSING = "closing"


def number(key: str) -> int:
    """The number in a key: its digits, divided by the count of its blanks (section 1.3 of the draft).

    Raises:
        HandshakeError: the key has no digits or no blanks, or the one is no multiple of the other.
    """
    digits = "".join(character for character in key if "0" <= character <= "9")
    blanks = key.count(" ")
    if not digits or len(digits) > 12 or not blanks or int(digits) % blanks or int(digits) // blanks > 0xFFFFFFFF:
        raise HandshakeError("the key of the websocket handshake is broken")
    return int(digits) // blanks


def proof(key1: str, key2: str, nonce: bytes) -> bytes:
    """The 16 bytes that answer the handshake.

    Raises:
        HandshakeError: a key is broken.
    """
    joined = struct.pack(">II", number(key1), number(key2)) + nonce
    return hashlib.md5(joined, usedforsecurity=False).digest()


def encode(text: bytes) -> bytes:
    """A message, given as UTF-8, as a frame."""
    return b"\x00" + text + b"\xff"


class Frames:
    """Reads frames from bytes that come in any pieces."""

    def __init__(self, limit: int) -> None:
        """A reader that refuses messages of more than ``limit`` bytes."""
        self._limit = limit
        self._type: int | None = None
        self._text = bytearray()
        self._length: int | None = None
        """Of a frame with a length: what of it has been read of that number, then what is left to skip."""
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[str | Closing]:
        """The messages that ``data`` completes, in order, and the closing handshake, after which nothing comes.

        Bad UTF-8 becomes U+FFFD; frames of other types are skipped: the draft wants both.

        Raises:
            FrameError: a frame is too long.
        """
        at = 0
        while at < len(data):
            if self._type is None:
                self._type = data[at]
                self._length = 0 if self._type & 0x80 else None
                at += 1
            elif self._skipping and self._length is not None:
                step = min(self._length, len(data) - at)
                self._length -= step
                at += step
                if not self._length:
                    self._end()
            elif self._length is not None:
                self._length = self._length * 128 + (data[at] & 0x7F)
                if self._length > self._limit:
                    raise FrameError("the frame is too long")
                if not data[at] & 0x80:
                    if self._type == 0xFF and not self._length:
                        yield Closing.CLOSING
                        return
                    self._skipping = True
                    if not self._length:
                        self._end()
                at += 1
            else:
                end = data.find(b"\xff", at)
                self._text += data[at : end if end >= 0 else len(data)]
                if len(self._text) > self._limit:
                    raise FrameError("the message is too long")
                if end < 0:
                    return
                at = end + 1
                text, wanted = self._text, self._type == 0
                self._end()
                if wanted:
                    yield text.decode("utf-8", "replace")

    def _end(self) -> None:
        self._type = self._length = None
        self._skipping = False
        self._text = bytearray()
