"""An HTTP stream whose response passes the stages of its flow (lab/network/body.py), by a clock where they want one.

The clock is mitmproxy's own wake-up: a timer that belongs to the client's connection and ends with it. It works the
same below CONNECT, in TLS and in HTTP/2, and no hook waits for it, so it delays nothing else.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from mitmproxy.connection import ConnectionState
from mitmproxy.flow import Error
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.net.http import status_codes
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _hooks as hooks
from mitmproxy.proxy.layers.http._events import (
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseProtocolError,
    ResponseTrailers,
)

from lab.network import answers, connections
from lab.network.body import STAGES, End, Way, whole
from lab.network.connections import TermChanged

_FROM_SERVER = (ResponseData, ResponseTrailers, ResponseEndOfMessage, ResponseProtocolError)

Commands = layer.CommandGenerator[None]


class _Timer(commands.RequestWakeup):
    """A wake-up for the stages of one stream."""

    def __init__(self, delay_s: float, owner: "BodyStream") -> None:
        super().__init__(delay_s)
        self.owner = owner


class PartOfChunk(commands.SendData):
    """The beginning of a chunk whose rest will not come."""

    def __init__(self, connection: Any, data: bytes, part: ResponseData) -> None:
        super().__init__(connection, data)
        self.part = part
        """What it carries of the body."""


def _has_http(child: Any) -> bool:
    """Whether there is HTTP inside of what a tunnel was given to."""
    while child is not None and not isinstance(child, http.HttpLayer):
        child = getattr(child, "layer", None) or getattr(child, "child_layer", None)
    return child is not None


Handle = Callable[[Any, events.Event], Commands]


def handing_on(handle: Handle) -> Handle:
    """How mitmproxy's HTTP layer handles events, and besides hands on that a term has changed.

    That goes to the stream of the flow, and inwards where a stream is a tunnel.
    """

    def handle_event(self: Any, event: events.Event) -> Commands:
        if not isinstance(event, TermChanged):
            yield from handle(self, event)
            return
        for stream in tuple(self.streams.values()):
            if getattr(stream, "flow", None) is event.flow or stream.child_layer is not None:
                yield from self.event_to_child(stream, event)

    return handle_event


def answer(status: int) -> Response:
    """The page that a gateway makes of a status."""
    title = f"{status} {status_codes.RESPONSES.get(status, '')}".strip()
    return answers.response(status, answers.page(title, "The gateway had no answer in time."), answers.HTML)


class BodyStream(http.HttpStream):
    """An HTTP stream that heeds the stages of its flow."""

    _way: Way | None = None
    _timer: _Timer | None = None
    _timer_s = 0.0
    _head_held = False
    _answered = False
    """A stage has had the hop answer by itself."""

    def handle_event(self, event: events.Event) -> Commands:
        """Pass one event through the stream, then see when the stages want to be called."""
        yield from super().handle_event(event)
        way = self._stages()
        due_s = way.due_s if way is not None else None
        if due_s is None or self._over() or (self._timer is not None and self._timer_s <= due_s):
            return
        self._timer, self._timer_s = _Timer(max(due_s - time.monotonic(), 0), self), due_s
        yield self._timer

    def _stages(self) -> Way | None:
        """The way of the response, once there are stages."""
        flow: HTTPFlow | None = getattr(self, "flow", None)
        if self._way is None and flow is not None and flow.metadata.get(STAGES):
            self._way = Way(flow.metadata[STAGES])
        return self._way

    def _over(self) -> bool:
        """Whether no stage has anything to say any more."""
        waits = (self.state_wait_for_response_headers, self.state_stream_response_body)
        return self.client_state == self.state_errored or self.server_state not in waits

    def _handle(self, event: events.Event) -> Commands:
        if isinstance(event, events.Wakeup):
            yield from self._woken(event)
        elif isinstance(event, TermChanged):
            yield from self._lifted()
        elif not (isinstance(event, _FROM_SERVER) and self._way is not None and self._way.closed):
            yield from super()._handle_event(event)

    _handle_event: Any = _handle  # It is assigned another when the connection becomes a tunnel.

    def passthrough(self, event: events.Event) -> Commands:
        """Pass an event on to what the connection was switched to."""
        late = isinstance(event, events.Wakeup) and isinstance(event.command, _Timer) and event.command.owner is self
        # What is no HTTP, inside a tunnel, knows nothing of terms.
        foreign = isinstance(event, TermChanged) and event.flow is not self.flow and not _has_http(self.child_layer)
        if not late and not foreign:
            yield from super().passthrough(event)

    def _lifted(self) -> Commands:
        """Let out what stages hold whose behaviours act no more, the head among it."""
        way = self._stages()
        if way is None or self._over():
            return
        yield from self._perform(way.lift(time.monotonic()))
        if self._head_held and not way.holds_head and not self._over():
            yield from self._release_head()

    def _woken(self, event: events.Wakeup) -> Commands:
        if event.command is self._timer:
            self._timer = None
        way = self._stages()
        if way is not None and not self._over():
            # A wake-up may come a moment early: the clock of asyncio has a grain.
            yield from self._perform(way.tick(time.monotonic() + 0.002))

    def start_response_stream(self) -> Commands:
        """Send the head, unless a stage wants it to wait."""
        way = self._stages()
        if way is not None:
            way.head(time.monotonic())
        if way is not None and way.holds_head:
            self._head_held = True
            self.server_state = self.state_stream_response_body
        else:
            yield from super().start_response_stream()

    def _release_head(self) -> Commands:
        if self._head_held:
            self._head_held = False
            yield from super().start_response_stream()

    def state_stream_response_body(self, event: events.Event) -> Commands:
        """Pass a piece of the response, or its end, through the stages."""
        way = self._stages()
        if way is None or not isinstance(event, ResponseData | ResponseEndOfMessage):
            yield from super().state_stream_response_body(event)
            return
        now_s = time.monotonic()
        for piece in self._edited(event.data if isinstance(event, ResponseData) else b""):
            yield from self._perform(way.data(piece, now_s))
        if isinstance(event, ResponseEndOfMessage):
            yield from self._perform(way.end(now_s))

    def _edited(self, data: bytes) -> Iterable[bytes]:
        """What an addon's own stream function makes of a piece."""
        assert self.flow.response is not None
        function = self.flow.response.stream
        if not callable(function):
            return [data]
        made = function(data)
        return [made] if isinstance(made, bytes) else made

    def _perform(self, items: Iterable[bytes | End]) -> Commands:
        """Do what has come out of the last stage."""
        made = list(items)
        assert self.flow is not None
        if self._head_held and made and isinstance(made[-1], End) and made[-1].how == "clean":
            self._state_length(sum(len(item) for item in made if isinstance(item, bytes)))
        for item in made:
            if isinstance(item, End):
                yield from self._end(item)
                return
            yield from self._release_head()
            yield http.SendHttp(ResponseData(self.stream_id, item), self.context.client)

    def _state_length(self, length: int) -> None:
        """Say how long the response is: all of it is there before its head is sent."""
        headers = self.flow.response.headers if self.flow.response is not None else {}
        headers.pop("transfer-encoding", None)
        headers["Content-Length"] = str(length)

    def _end(self, end: End) -> Commands:
        if end.status is not None and (self._head_held or self.server_state == self.state_wait_for_response_headers):
            self._head_held, self._answered = False, True
            self.flow.response = answer(end.status)
            yield from self.send_response()
        elif end.how == "clean":
            yield from self._release_head()
            yield from self.send_response(already_streamed=True)
        else:
            yield from self._release_head()
            yield from self._tear(end)
            return
        yield from self._leave_server(end)

    def _leave_server(self, end: End) -> Commands:
        """Let go of a server that has not ended the response, or keep it waiting."""
        if end.upstream == "held":
            # Half closed as far as mitmproxy knows, so that the client's next request gets another connection.
            self.context.server.state = ConnectionState.CAN_READ
        elif end.upstream == "cut":
            error = RequestProtocolError(self.stream_id, end.text)
            yield http.SendHttp(error, self.context.server)

    def _tear(self, end: End) -> Commands:
        """End the client's connection, wherever the response is."""
        if end.part:
            assert self.flow.response is not None
            part = ResponseData(self.stream_id, end.part)
            chunked = "chunked" in self.flow.response.headers.get("transfer-encoding", "")
            head = b"%x\r\n" % max(end.chunk, len(end.part) + 1) if chunked else b""
            yield PartOfChunk(self.context.client, head + end.part, part)
        if end.how == "rst":
            connections.close_with_reset(self.context.client, self.context.client)
        error = ResponseProtocolError(self.stream_id, end.text, status_codes.NO_RESPONSE)
        yield http.SendHttp(error, self.context.client)
        if self.context.server.connected:
            if end.how == "rst":
                connections.close_with_reset(self.context.client, self.context.server)
            yield http.SendHttp(RequestProtocolError(self.stream_id, end.text), self.context.server)
        self.client_state = self.server_state = self.state_errored
        self.flow.live = False
        self.flow.error = Error(end.text)
        yield hooks.HttpErrorHook(self.flow)

    def send_response(self, already_streamed: bool = False) -> Commands:
        """Send a response that is there as a whole; or, where it was streamed, end it."""
        for command in super().send_response(already_streamed):
            yield command
            if isinstance(command, hooks.HttpResponseHook) and not already_streamed:
                self._change_whole()

    def _change_whole(self) -> None:
        response, way = self.flow.response, self._stages()
        if (
            self._answered
            or way is None
            or response is None
            or response.status_code == 101
            or not response.raw_content
        ):
            return
        response.raw_content = whole(way, response.raw_content)
        if "content-length" in response.headers:
            response.headers["Content-Length"] = str(len(response.raw_content))
