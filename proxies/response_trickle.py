"""Lets a response through drop by drop while it is scanned.

On the wire: headers pass at once, then ``size`` bytes of the body each ``interval``, for as long as the server has
not ended the response; the rest follows at once when it has.

Who does it: FortiGate, which calls it client comforting and whose manual has 512 bytes each 20 s as its example
(https://help.fortinet.com/fos50hlp/50/FortiOS%205.0%20Help/objects.067.63.html), and Skyhigh Web Gateway, which
calls it data trickling
(https://success.skyhighsecurity.com/Skyhigh_Secure_Web_Gateway_(On_Prem)/Best_Practices/Proxy_Related/Progress_Indication_Methods).

What survives: websocket and the polling transports. The streaming ones do not open: the first drop comes long after
the time that the client gives them.
"""

from collections.abc import Iterable

from mitmproxy import http
from pydantic import Field

from lab.network import body, media
from lab.network.behaviour import Behaviour
from lab.units import Bytes, Milliseconds


class Drops(body.Stage):
    """Lets so many bytes pass at a time."""

    def __init__(self, size: int, interval_s: float) -> None:
        self._size = size
        self._interval_s = interval_s
        self._held = bytearray()

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Keep a piece."""
        self._held += data
        if self.due_s is None:
            self.due_s = now_s + self._interval_s
        return []

    def end(self, now_s: float) -> Iterable[body.Item]:
        """Release the rest."""
        self.due_s = None
        return [bytes(self._held), body.END]

    def lift(self, now_s: float) -> Iterable[body.Item]:
        """Release everything."""
        return [bytes(self._held)]

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """Release a drop."""
        drop = bytes(self._held[: self._size])
        del self._held[: self._size]
        self.due_s = (self.due_s or now_s) + self._interval_s if self._held else None
        return [drop]


class ResponseTrickle(Behaviour):
    """Lets responses through drop by drop until they have ended."""

    class Parameters(Behaviour.Parameters):
        """How much, how often, and of what."""

        size: Bytes = Field(512, ge=1, description="How much passes at a time.")
        interval: Milliseconds = Field(20_000.0, gt=0, description="How often so much passes.")
        types: list[str] = Field(
            default_factory=list,
            description="Only these content types: text/event-stream, text/* ...; all where the list is empty.",
        )

    parameters: Parameters

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way."""
        self.responseheaders(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to hold."""
        own, response = self.parameters, flow.response
        if response is None or response.status_code == 101:
            return
        if not own.types or media.is_one_of(media.kind(response.headers), own.types):
            body.add(flow, Drops(own.size, own.interval / 1000))
            self.did(flow, f"began to let {own.size} bytes of the response pass each {own.interval:g} ms")


addons = [ResponseTrickle.addon()]
