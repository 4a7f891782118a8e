"""Holds the bodies of responses back.

On the wire, by ``until``: with ``close`` neither the headers nor a byte of the body reach the client before the
server has ended the response; it then arrives whole, with ``Content-Length`` in place of chunks. Otherwise the
headers pass at once: with a size N the body follows in blocks of exactly N bytes, the remainder when the response
ends; with ``next`` each piece is held until the next one comes; with ``line`` and ``event`` all is held that is no
whole line yet, or no whole event of an event stream, which ends with an empty line. With ``hold`` nothing is held
longer than that: then everything passes, headers too, and what comes later is held anew. A switch to another
protocol (101) is no response with a body: websockets are not held. With ``hints: honour`` a response passes that
says ``X-Accel-Buffering: no``, as nginx has it, or ``Incremental: ?1`` (https://www.rfc-editor.org/info/rfc10036/).

Who does it, until close: lighttpd by default
(https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_stream-response-bodyDetails), Privoxy with its default
filters (measured with Privoxy 3.0.34), Broadcom Cloud SWG scanning event streams
(https://knowledge.broadcom.com/external/article/406021/site-with-streaming-content-fails-to-loa.html),
FortiGate in proxy-mode inspection
(https://docs.fortinet.com/document/fortigate/7.4.5/administration-guide/969330/proxy-mode-inspection), Azure
Application Gateway by default (https://docs.azure.cn/en-us/application-gateway/proxy-buffers). In blocks: nginx
before 1.29.7 by default, 4096 bytes (measured with nginx 1.22.1 on Debian 12), IIS with ARR, 256 KB
(http://matthewmanela.com/blog/using-signalr-in-an-arr-cluster/). Until the next: Kaspersky
(https://github.com/featurehub-io/featurehub/issues/296). For a time: Avast about 20 s, Avira about 5 s
(https://github.com/SignalR/SignalR/issues/2571).

What survives: websocket and the polling transports. Until close no streaming transport opens, nor until the next,
as the open frame is the last for 25 s. In blocks a streaming transport opens when its open frame lies in whole
blocks. That of xhr-streaming ends at byte 2051 (a prelude of 2049, a frame of 2), so on a connection where nothing
else is said it stays in the remainder for every size but 1, 7, 293 and 2051. Lines and events survive: a frame is a
whole one.
"""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from mitmproxy import http
from pydantic import BeforeValidator, Field, WithJsonSchema

from lab.network import body, media
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds, size_bytes

_WORDS = ("close", "next", "line", "event")
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def _until(value: Any) -> Any:
    if value in _WORDS:
        return value
    try:
        size = size_bytes(value)
    except ValueError as error:
        raise ValueError(f"{error}, or one of {', '.join(_WORDS)}") from None
    if size < 1:
        raise ValueError(f"expected a size of at least 1B, or one of {', '.join(_WORDS)}")
    return size


Until = Annotated[
    Literal["close", "next", "line", "event"] | int,
    BeforeValidator(_until),
    WithJsonSchema(
        {"anyOf": [{"enum": [*_WORDS]}, {"type": "string", "pattern": r"^\d+(\.\d+)?\s*(B|KiB|MiB|GiB)$"}]}
    ),
]


def _asks_to_pass(headers: http.Headers) -> bool:
    return bool(headers.get("x-accel-buffering", "").lower() == "no" or headers.get("incremental", "") == "?1")


class Held(body.Stage):
    """Holds a body; how much of what is held may pass is said by `Until`."""

    def __init__(
        self, until: str | int, hold_s: float | None = None, tell: Callable[[int], None] = lambda length: None
    ) -> None:
        """Begin to hold.

        Args:
            until: A word or a size, as the parameter ``until`` has it.
            hold_s: The longest that anything is held; for as long as it takes where None.
            tell: Called where all of a body was held, with its length, when it passes.
        """
        self._until = until
        self._hold_s = hold_s
        self._tell = tell
        self._bytes = bytearray()
        self._last = 0
        """Where the piece that came last begins."""
        self.holds_head = until == "close"

    def head(self, now_s: float) -> None:
        """Hold the head no longer than anything else."""
        if self.holds_head and self._hold_s is not None:
            self.due_s = now_s + self._hold_s

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Hold a piece, and release what may pass."""
        self._last = len(self._bytes)
        self._bytes += data
        size, cut = self._until, self._passes()
        released = bytes(self._bytes[:cut])
        del self._bytes[:cut]
        if not self._bytes:
            self.due_s = None
        elif self._hold_s is not None and (cut or self.due_s is None):
            self.due_s = now_s + self._hold_s
        if isinstance(size, int):
            return [released[at : at + size] for at in range(0, cut, size)]
        return [released]

    def _passes(self) -> int:
        """How many bytes from the beginning may pass."""
        until, held = self._until, self._bytes
        if isinstance(until, int):
            return len(held) - len(held) % until
        if until == "next":
            return self._last
        if until == "line":
            return held.rfind(b"\n") + 1
        if until == "event":
            return max((match.end() for match in _EVENT_END.finditer(held)), default=0)
        return 0

    def lift(self, now_s: float) -> Iterable[body.Item]:
        """Release what is held."""
        return [bytes(self._bytes)]

    def end(self, now_s: float) -> Iterable[body.Item]:
        """Release the rest."""
        if self.holds_head:
            self._tell(len(self._bytes))
        return [*self.tick(now_s), body.END]

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """Release what was held for as long as anything may be."""
        self.due_s, self.holds_head = None, False
        released = bytes(self._bytes)
        self._bytes.clear()
        return [released]


class Buffering(Behaviour):
    """Holds responses back until their end, for a time, or until there is enough of them."""

    class Parameters(Behaviour.Parameters):
        """How much is held, of what, and for how long."""

        until: Until = Field(
            "close",
            description=(
                "close: hold the response until its end; a size such as 4096B or 4KiB: release such blocks; "
                "next: hold each piece until the next comes; line, event: hold what is no whole one."
            ),
        )
        hold: Milliseconds | None = Field(
            None, gt=0, description="The longest that anything is held; for ever where null."
        )
        types: list[str] = Field(
            default_factory=list,
            description=(
                "Only these content types: text/event-stream, text/* ...; where the list is empty all, "
                "or event streams with until: event."
            ),
        )
        hints: Literal["ignore", "honour"] = Field(
            "ignore", description="What is made of a response that asks not to be held."
        )

    parameters: Parameters

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way."""
        self.responseheaders(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to hold."""
        response = flow.response
        if response is None or response.status_code == 101:
            return
        own = self.parameters
        types = own.types or (["text/event-stream"] if own.until == "event" else ["*"])
        if not media.is_one_of(media.kind(response.headers) or "-", types):
            return
        if own.hints == "honour" and _asks_to_pass(response.headers):
            return
        hold_s = None if own.hold is None else own.hold / 1000

        def passed(length: int) -> None:
            self.did(flow, "released the response", bytes=length)

        body.add(flow, Held(own.until, hold_s, passed))
        if own.until == "close":
            self.did(flow, "began to hold the response until its end")
        elif isinstance(own.until, int):
            self.did(flow, f"began to release the response in blocks of {own.until} bytes", block=own.until)
        else:
            self.did(
                flow, f"began to hold the response until the next {own.until}".replace("next next", "next piece")
            )


addons = [Buffering.addon()]
