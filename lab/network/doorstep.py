"""The doorstep of a server that is not the lab's own: it tells what reaches the server, and gives out the lab's page.

Such a server writes no events, so a proxy without behaviours stands right before it and writes them in its place, in
the server's own form (docs/reference/events.md). Below ``/lab/`` it leads to the lab's own server, so that the page
has the origin of the endpoint. Where the page and the endpoint have different schemes, it also stands before the
lab's own server, only to take both at one port.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mitmproxy.http import HTTPFlow

from lab.events import Emit, ignore
from lab.network.behaviour import Behaviour
from lab.network.host import Proxy
from lab.network.master import TlsSettings
from lab.network.recorder import Recorder
from lab.network.route import Address, Route
from lab.sockjs import paths

_LOOKED_AT = 8192
_OPEN = re.compile(rb'(?:^|\n)o\n|data: ?o\r?\n|\("o"\)')
"""The open frame, in what each transport wraps it into; ``(...)`` is that of htmlfile and jsonp."""


def session_of(path: str) -> dict[str, str]:
    """What a request's event says of its URL: ``session`` and ``transport`` where it names them."""
    found = paths.parse("/" + "/".join(urlsplit(path).path.split("/")[-3:]))
    return {"session": found.session, "transport": found.name} if found is not None and found.session else {}


def as_server(kind: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """An event of the doorstep's client side as the server would have told it, but for its endpoint; or None."""
    number = {"request": data.get("flow")}
    match kind:
        case "request":
            parts = urlsplit(data["url"])
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = {key: data[key] for key in ("method", "http", "headers", "upgrade")}
            return kind, number | kept | {"path": path} | session_of(path)
        case "response":
            return kind, number | {"status": data["status"], "headers": data["headers"]}
        case "response.end":
            return kind, number | {"bytes": data["bytes"], "why": "done"}
        case "ws.close" | "error":
            why = "client gone" if data["by"] == "client" else "done"
            return "response.end", number | {"bytes": 0, "why": why}
    return None


class _OpenFrames(Behaviour):
    """Tells when the open frame of a session has passed; changes nothing."""

    def __init__(self, emit: Emit, prefix: str) -> None:
        super().__init__()
        self._emit = emit
        self._prefix = prefix

    def responseheaders(self, flow: HTTPFlow) -> None:
        """Look for it in the beginning of the body."""
        if flow.response is None or not session_of(flow.request.path):
            return
        head = bytearray()

        def look(data: bytes) -> bytes:
            if len(head) < _LOOKED_AT:
                head.extend(data[:_LOOKED_AT])
                if _OPEN.search(head):
                    head.extend(bytes(_LOOKED_AT))
                    self._tell(flow)
            return data

        if flow.response.status_code == 200:
            flow.response.stream = look

    def websocket_message(self, flow: HTTPFlow) -> None:
        """Look whether it is this message."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        if not message.from_client and message.content == b"o":
            self._tell(flow)

    def _tell(self, flow: HTTPFlow) -> None:
        session = session_of(flow.request.path).get("session", "")
        self._emit("frame.out", endpoint=self._prefix, session=session, type="o", bytes=1)


@dataclass(frozen=True)
class _DoorRoute(Route):
    """To the server, but for the lab's own page."""

    page: Address = ("127.0.0.1", 0)
    host_header: str = ""
    """What the server is called by others; its Host header stays as it is where empty."""

    def direct(self, flow: HTTPFlow) -> None:
        """Send the page's requests to who has it."""
        if flow.request.path.startswith("/lab/"):
            flow.request.data.host, flow.request.data.port = self.page
            flow.request.scheme = "http"
        elif self.host_header:
            flow.request.headers["Host"] = self.host_header


def doorstep(url: str, *, page_port: int, tls: TlsSettings, emit: Emit = ignore, prefix: str = "/echo") -> Proxy:
    """A proxy before a server.

    Args:
        url: The server's origin: ``http://127.0.0.1:8081``.
        page_port: Where the lab's own server has the page.
        tls: How it speaks TLS with who connects to it.
        emit: Where the server's events go; nobody wants them where it tells them itself.
        prefix: Where the endpoint is.
    """
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")

    ours: set[int] = set()

    def as_the_server(kind: str, /, **data: Any) -> None:
        told = as_server(kind, data)
        if told is None or emit is ignore:
            return
        if kind == "request" and told[1]["path"].startswith(prefix):
            ours.add(data["flow"])
        # What is below no endpoint, the lab's page, names none.
        emit(told[0], **({"endpoint": prefix} if data.get("flow") in ours else {}), **told[1])

    return Proxy(
        f"reverse:{parts.scheme}://{parts.netloc}",
        recorder=Recorder(ignore, as_the_server, ignore),
        tls=tls,
        route=_DoorRoute(page=("127.0.0.1", page_port), host_header="" if local else parts.netloc),
        behaviours=[_OpenFrames(emit, prefix)],
    )
