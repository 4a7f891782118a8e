"""One request and its answer on the two sides of a hop, as docs/reference/events.md lists it."""

from collections.abc import Callable
from typing import Any, Literal

from mitmproxy.connection import Client, Connection
from mitmproxy.http import Headers, Request, Response
from mitmproxy.net.http import status_codes
from mitmproxy.proxy.layers.http import SendHttp
from mitmproxy.proxy.layers.http import _events as http
from mitmproxy.proxy.layers.http._base import HttpEvent

from lab.events import Emit

PIECES = 50
"""How many pieces of a response's body are recorded; docs/reference/events.md promises that many."""

By = Literal["hop", "client", "server"]
"""Who ended an exchange before its time."""

TEXT = 200
"""Characters of a text that are kept."""


def pairs(headers: Headers) -> list[list[str]]:
    """The headers as ``[name, value]`` pairs, in order."""
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers.fields]


def asks_upgrade(request: Request) -> bool:
    """Whether the request asks for a websocket, as RFC 6455 section 4.1 has it."""
    tokens = request.headers.get("connection", "").lower().replace(" ", "").split(",")
    return "upgrade" in tokens and "websocket" in request.headers.get("upgrade", "").lower()


def host_of(request: Request) -> str:
    """The name that the request is for, without a port, whatever address it is sent to."""
    if request.method == "CONNECT":
        return request.host
    authority = request.host_header or request.authority or request.host
    return authority.rpartition(":")[0] if authority.rpartition(":")[2].isdigit() else authority


def url_of(request: Request, *, tls: bool) -> str:
    """The URL as the client has it; of a CONNECT its authority: ``www.example.test:443``."""
    if request.method == "CONNECT":
        return f"{request.host}:{request.port}"
    scheme = request.scheme or ("https" if tls else "http")
    host = request.host_header or request.authority or f"{request.host}:{request.port}"
    return f"{scheme}://{host}{request.path}"


class _Side:
    """One exchange as one side of the hop sees it."""

    def __init__(self, emit: Emit, flow: int) -> None:
        self._emit_now = emit
        self._flow = flow
        self._request_bytes = 0
        self._response_bytes = 0
        self._pieces = 0
        self.answered = False
        self.ended = False
        """The exchange is over, or has become a tunnel or a websocket: what follows is not HTTP."""

    def emit(self, kind: str, /, **data: Any) -> None:
        self._emit_now(kind, flow=self._flow, **data)

    def request(self, request: Request, about: dict[str, Any], connection: Connection) -> None:
        self.emit(
            "request",
            method=request.method,
            url=url_of(request, tls=connection.tls),
            # What came by HTTP/2 goes on to a server that does not speak it as HTTP/1.1.
            http="HTTP/1.1" if request.is_http2 and connection.alpn != b"h2" else request.http_version,
            headers=pairs(request.headers),
            upgrade=asks_upgrade(request),
            **about,
        )

    def request_data(self, data: bytes) -> None:
        self._request_bytes += len(data)

    def request_end(self) -> None:
        self.emit("request.end", bytes=self._request_bytes)

    def response(self, status: int, headers: list[list[str]]) -> None:
        self.answered = True
        self.emit("response", status=status, headers=headers)

    def response_data(self, data: bytes) -> None:
        if not data:
            return
        self._response_bytes += len(data)
        self._pieces += 1
        if self._pieces <= PIECES:
            self.emit("response.data", bytes=len(data), total=self._response_bytes)

    def response_end(self) -> None:
        self.ended = True
        self.emit("response.end", bytes=self._response_bytes)

    def error(self, text: str, *, by: By) -> None:
        self.ended = True
        self.emit("error", text=text[:TEXT], by=by)


class Exchange:
    """One request and its answer on both sides of a hop, fed with what enters and leaves the HTTP stream."""

    def __init__(
        self,
        flow: int,
        client: Emit,
        server: Emit,
        ours: Callable[[str], bool],
        about: Callable[[Connection], dict[str, Any]] = lambda connection: {},
    ) -> None:
        self.flow = flow
        self._about = about
        self._failed_by: By | None = None
        self._client = _Side(client, flow)
        self._server = _Side(server, flow)
        self._ours = ours
        self._connect = False
        self._recorded = True

    def arrived(self, event: HttpEvent, client: Client) -> None:
        """Something came from the ``client``, or from the server for it."""
        if isinstance(event, http.RequestHeaders):
            self._begin(event.request, client)
        if not self._recorded:
            return
        if isinstance(event, http.RequestData | http.RequestEndOfMessage | http.RequestProtocolError):
            self._request_came(event)
        elif not self._server.ended:
            self._response_passed(self._server, event)

    def _begin(self, request: Request, client: Client) -> None:
        self._recorded = self._ours(host_of(request))
        self._connect = request.method == "CONNECT"
        if not self._recorded:
            return
        if self._connect:
            self._client.emit("connect", host=request.host, port=request.port, **self._about(client))
        else:
            self._client.request(request, self._about(client), client)

    def _request_came(self, event: HttpEvent) -> None:
        if self._client.ended or self._connect:
            return
        if isinstance(event, http.RequestData):
            self._client.request_data(event.data)
        elif isinstance(event, http.RequestEndOfMessage):
            self._client.request_end()
        elif isinstance(event, http.RequestProtocolError):
            self._failed_by = self._failed_by or "client"
            self._client.error(f"the client went away: {event.message}", by="client")

    def _response_passed(self, side: _Side, event: HttpEvent) -> None:
        if isinstance(event, http.ResponseHeaders):
            self._answer(side, event.response)
        elif isinstance(event, http.ResponseData):
            side.response_data(event.data)
        elif isinstance(event, http.ResponseEndOfMessage):
            side.response_end()
        elif isinstance(event, http.ResponseProtocolError) and side is self._server:
            self._failed_by = self._failed_by or "server"
            side.error(event.message, by="server")

    def _answer(self, side: _Side, response: Response) -> None:
        if self._connect:
            side.emit("connect.answer", status=response.status_code)
            side.ended = True
        elif response.status_code == 101 or response.status_code >= 200:
            side.response(response.status_code, pairs(response.headers))
            side.ended = response.status_code == 101

    def left(self, command: SendHttp) -> None:
        """Something was sent to the client or to the server."""
        if not self._recorded:
            return
        event = command.event
        if isinstance(command.connection, Client):
            self._sent_to_client(event)
        else:
            self._sent_to_server(event, command.connection)

    def _sent_to_client(self, event: HttpEvent) -> None:
        side = self._client
        if side.ended:
            return
        if not isinstance(event, http.ResponseProtocolError):
            self._response_passed(side, event)
        elif event.code == status_codes.NO_RESPONSE or side.answered:
            side.error(f"the hop closed the connection: {event.message}", by=self._failed_by or "hop")
        else:
            # mitmproxy makes an error page of it, which is what the client gets to see.
            side.response(event.code, [["Connection", "close"], ["Content-Type", "text/html"]])
            side.error(event.message, by=self._failed_by or "server")

    def _sent_to_server(self, event: HttpEvent, server: Connection) -> None:
        side = self._server
        if isinstance(event, http.RequestHeaders):
            side.request(event.request, self._about(server), server)
        elif side.ended:
            return
        elif isinstance(event, http.RequestData):
            side.request_data(event.data)
        elif isinstance(event, http.RequestEndOfMessage):
            side.request_end()
        elif isinstance(event, http.RequestProtocolError):
            side.error(f"the hop closed the connection: {event.message}", by=self._failed_by or "hop")
