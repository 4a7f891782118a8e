"""Lets each piece of a response arrive later.

On the wire: headers pass at once; each piece of the body leaves ``delay`` after it came, in order, and so does the
end. A response that is there at once is late by ``delay`` once, a stream with each of its pieces.

Who does it: HAProxy without ``option http-no-delay``, 200 ms (measured with HAProxy 2.6.12 on Debian 12, on every
chunk of a response in progress; https://docs.haproxy.org/2.6/configuration.html says around 200 ms). Security
software that holds only what is not complete, for seconds, is ``buffering`` with ``hold``.

What survives: websocket. With 200 ms everything, as the client gives a transport at least some 600 ms, and 300 ms
to jsonp-polling. From 600 ms on no other transport opens, unless ``/info`` is delayed too: from an answer later
than 100 ms the client concludes that the network is slow, and gives each transport eight times as long,
jsonp-polling four.
"""

from collections import deque
from collections.abc import Iterable

from mitmproxy import http
from pydantic import Field

from lab.network import body, media
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds


class Late(body.Stage):
    """Lets everything pass so much later."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._queue: deque[tuple[float, body.Item]] = deque()

    def _put(self, item: body.Item, now_s: float) -> Iterable[body.Item]:
        self._queue.append((now_s + self._delay_s, item))
        self.due_s = self._queue[0][0]
        return []

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Keep a piece."""
        return self._put(data, now_s)

    def end(self, now_s: float) -> Iterable[body.Item]:
        """Keep the end."""
        return self._put(body.END, now_s)

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """Release what is due."""
        released = []
        while self._queue and self._queue[0][0] <= now_s:
            released.append(self._queue.popleft()[1])
        self.due_s = self._queue[0][0] if self._queue else None
        return released

    def lift(self, now_s: float) -> Iterable[body.Item]:
        """Release everything."""
        return [item for _, item in self._queue]


class ResponseDelay(Behaviour):
    """Delays the bodies of responses."""

    class Parameters(Behaviour.Parameters):
        """By how much, and which."""

        delay: Milliseconds = Field(200.0, description="How much later each piece leaves.")
        types: list[str] = Field(
            default_factory=list,
            description="Only these content types: text/event-stream, text/* ...; all where the list is empty.",
        )

    parameters: Parameters

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way."""
        self.responseheaders(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to delay."""
        response, types = flow.response, self.parameters.types
        if response is None or response.status_code == 101:
            return
        if not types or media.is_one_of(media.kind(response.headers), types):
            body.add(flow, Late(self.parameters.delay / 1000))
            self.did(flow, f"began to delay the response by {self.parameters.delay:g} ms")


addons = [ResponseDelay.addon()]
