"""What a hop's mitmproxy saw, as a file that ``mitmweb -r`` opens: requests, answers, bodies, frames of websockets.

The lab streams bodies and forgets messages, so that a case can run for hours; a `FlowDump` keeps the beginning of
each beside its flow. Nothing is written while a case is being measured: `write` does it afterwards.

    with dumping() as dumps:
        ...             # hops that are started in here are watched
    dumps[0].write(path)
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from mitmproxy.connection import Client
from mitmproxy.http import Headers, HTTPFlow, Request
from mitmproxy.io import FlowWriter
from mitmproxy.net.http.url import parse_authority
from mitmproxy.proxy.layers.http import SendHttp
from mitmproxy.proxy.layers.http import _events as http
from mitmproxy.websocket import WebSocketMessage

from lab.network.exchange import Exchange
from lab.network.pipeline import EXEMPT
from lab.network.recorder import FLOW, Recorder

LARGEST = 256 * 1024
"""Bytes that are kept of a body."""
MOST = 1_000
"""Messages that are kept of a websocket."""

Hide = Callable[[str, str], str]
"""The value of a header, by its name, without what is secret in it."""

_Writer: Any = FlowWriter
_dumps: ContextVar["list[FlowDump] | None"] = ContextVar("flow dumps", default=None)


@contextlib.contextmanager
def dumping() -> "Iterator[list[FlowDump]]":
    """Watch the hops that are started in here; their dumps are in the list as soon as each is started."""
    found: list[FlowDump] = []
    token = _dumps.set(found)
    try:
        yield found
    finally:
        _dumps.reset(token)


def watch(recorder: Recorder) -> "FlowDump | None":
    """A dump for a hop that is being made, which goes before its other addons; None where nobody asked for one."""
    dumps = _dumps.get()
    if dumps is None:
        return None
    dumps.append(FlowDump(recorder))
    return dumps[-1]


class FlowDump:
    """The flows of one hop. An addon, and something that sees bodies pass where the recorder does."""

    def __init__(self, recorder: Recorder) -> None:
        """Watch what ``recorder`` is told of; see `exchange`."""
        self.port = 0
        """Where the hop listens, as its first client had it."""
        self._recorder = recorder
        self._flows: dict[str, HTTPFlow] = {}
        self._messages: dict[str, list[WebSocketMessage]] = {}
        self._bodies: dict[int, _Bodies] = {}

    def exchange(self) -> "_Bodies":
        """The record of a new exchange, which keeps its bodies too."""
        found = _Bodies(self._recorder.exchange())
        self._bodies[found.flow] = found
        return found

    def client_connected(self, client: Client) -> None:
        """Note where the hop listens."""
        self.port = self.port or client.sockname[1]

    def http_connect(self, flow: HTTPFlow) -> None:
        """Keep a CONNECT."""
        self._flows[flow.id] = flow

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Keep a request."""
        self._flows[flow.id] = flow

    def websocket_message(self, flow: HTTPFlow) -> None:
        """Keep a message: it is forgotten once the others have seen it."""
        kept = self._messages.setdefault(flow.id, [])
        if len(kept) < MOST and flow.websocket is not None:
            kept.append(flow.websocket.messages[-1])

    def write(self, path: Path, hide: Hide = lambda name, value: value) -> bool:
        """Write the flows in the order in which they began; False, and no file, where there are none."""
        flows = [flow for flow in self._flows.values() if not flow.metadata.get(EXEMPT)]
        if flows:
            with path.open("wb") as file:
                writer: Any = _Writer(file)
                for flow in flows:
                    writer.add(self._whole(flow, hide))
        return bool(flows)

    def _whole(self, flow: HTTPFlow, hide: Hide) -> HTTPFlow:
        """A copy with its bodies and messages, without credentials."""
        untyped: Any = flow
        # Behaviours keep in the metadata what they work with, and not all of that can be copied: no used compressor.
        working, flow.metadata = flow.metadata, {}
        try:
            copy: HTTPFlow = untyped.copy()
        finally:
            flow.metadata = working
        _as_the_browser_named_it(copy.request)
        bodies = self._bodies.get(flow.metadata.get(FLOW, 0))
        if bodies is not None:
            copy.comment = bodies.comment
            if copy.request.raw_content is None:
                copy.request.raw_content = bytes(bodies.up)
            if copy.response is not None and copy.response.raw_content is None:
                copy.response.raw_content = bytes(bodies.down)
        if copy.websocket is not None:
            copy.websocket.messages = list(self._messages.get(flow.id, ()))
        for message in (copy.request, copy.response):
            if message is not None:
                message.headers = Headers(
                    [(name, _hidden(name, value, hide)) for name, value in message.headers.fields]
                )
        return copy


class _Bodies:
    """The record of one exchange, and the beginning of its bodies as the client sent and got them."""

    def __init__(self, record: Exchange) -> None:
        self.up, self.down = bytearray(), bytearray()
        self.comment = ""
        self._record = record

    @property
    def flow(self) -> int:
        """The number that its events have."""
        return self._record.flow

    def arrived(self, event: Any, client: Client) -> None:
        """Something came in."""
        if isinstance(event, http.RequestData):
            self._keep(self.up, event.data)
        self._record.arrived(event, client)

    def left(self, command: SendHttp) -> None:
        """Something went out."""
        if isinstance(command.event, http.ResponseData) and isinstance(command.connection, Client):
            self._keep(self.down, command.event.data)
        self._record.left(command)

    def _keep(self, body: bytearray, data: bytes) -> None:
        room = LARGEST - len(body)
        body += data[:room]
        if len(data) > room:
            self.comment = f"Of a body only the first {LARGEST:,} bytes were kept."


def _as_the_browser_named_it(request: Request) -> None:
    """Give the request the host that it is for, and not the loopback address that the lab sent it to."""
    host, port = parse_authority(request.host_header or "", check=False)
    if host and request.method != "CONNECT":
        request.data.host, request.data.port = host, port or (443 if request.scheme == "https" else 80)


def _hidden(name: bytes, value: bytes, hide: Hide) -> bytes:
    return hide(name.decode("latin-1"), value.decode("latin-1")).encode("latin-1", "replace")
