"""Sessions on a websocket of draft 76, framed or raw; see lab/sockjs/hixie76.py for the protocol."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from lab.server import cors
from lab.server.endpoint import Endpoint
from lab.server.heads import Head
from lab.server.receivers import LiveReceiver
from lab.server.requests import RequestLog, Told
from lab.server.sessions import LiveSession
from lab.server.transports import raw_websocket
from lab.server.websockets import CLOSE_S
from lab.sockjs import hixie76, paths
from lab.sockjs.actions import End
from lab.sockjs.frames import PayloadError, decode_websocket

NONCE_S = 10.0
"""How long the client has for the eight bytes behind its headers."""


class HixieReceiver(LiveReceiver):
    """A receiver that writes at once; the transport says when it takes no more."""

    __slots__ = ("_timer",)

    def __init__(self, transport: asyncio.Transport) -> None:
        """A receiver on the connection ``transport``."""
        super().__init__(transport)
        self._timer: asyncio.TimerHandle | None = None

    def push(self, data: bytes) -> None:
        """Write ``data`` as a frame."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(hixie76.encode(data))

    def finish(self, end: End) -> None:
        """Write the closing handshake; the peer's answer, or its silence, ends the connection."""
        if self.ended is not None or self.transport is None:
            return
        self.ended = end
        if end.abort:
            self.abort()
        elif not self.transport.is_closing():
            self.transport.write(hixie76.CLOSING)
            self._timer = asyncio.get_running_loop().call_later(CLOSE_S, self.transport.abort)

    def drop(self) -> None:
        """The connection has ended."""
        if self._timer is not None:
            self._timer.cancel()


class HixieProtocol(asyncio.Protocol):
    """A connection whose client asks for a websocket of draft 76."""

    def __init__(self, head: Head, endpoint: Endpoint, path: paths.Path, log: RequestLog | None) -> None:
        """Serve ``head``, which names ``path`` of ``endpoint``; it is told to ``log``."""
        self._head = head
        self._endpoint = endpoint
        self._path = path
        self._nonce = b""
        self._frames = hixie76.Frames(endpoint.options.message_limit)
        self._receiver: HixieReceiver | None = None
        self._session: LiveSession | None = None
        self._decode: Callable[[str], Sequence[str]] = decode_websocket
        self._timer: asyncio.TimerHandle | None = None
        self._log = log
        self._told: Told | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer the headers; the nonce is answered when it has come: a proxy may hold it back until then."""
        # Other loops' transports are not derived from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        if self._log is not None:
            self._told = self._log.came(
                method=self._head.method,
                target=self._head.target,
                http=self._head.http,
                headers=self._head.lines,
                upgrade=True,
                endpoint=self._endpoint,
                path=self._path,
            )
        refused = self._refusal()
        if refused is not None:
            self._refuse(*refused)
            return
        secure = transport.get_extra_info("sslcontext") is not None
        self._answer(101, "WebSocket Protocol Handshake", handshake_headers(self._head, secure=secure))
        self._timer = asyncio.get_running_loop().call_later(NONCE_S, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        """First the nonce, then frames."""
        if self._transport.is_closing():
            return
        if self._session is None:
            missing = hixie76.NONCE - len(self._nonce)
            self._nonce += data[:missing]
            if len(self._nonce) < hixie76.NONCE:
                return
            data = data[missing:]
            self._begin()
        session, receiver = self._session, self._receiver
        assert session is not None
        assert receiver is not None
        try:
            for message in self._frames.feed(data):
                if message is hixie76.Closing.CLOSING:
                    if receiver.ended is None:
                        self._transport.write(hixie76.CLOSING)
                    session.left(receiver, 1005, "")
                    self._transport.close()
                    return
                if receiver.ended is None and isinstance(message, str):
                    texts = self._decode(message)
                    if len(texts) > self._endpoint.options.batch_limit:
                        raise hixie76.FrameError("too many messages")
                    session.receive(texts)
        except PayloadError:
            session.break_off(3000, "Broken framing.")
        except hixie76.FrameError:
            self._transport.abort()

    def pause_writing(self) -> None:
        """The peer does not read."""
        if self._session is not None:
            self._session.pause()

    def resume_writing(self) -> None:
        """The peer reads again."""
        if self._session is not None:
            self._session.resume()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone, in whatever way."""
        if self._timer is not None:
            self._timer.cancel()
        why = "client gone"
        if self._session is not None and self._receiver is not None:
            if self._receiver.ended is not None or not self._session.is_open:
                why = "done"
            self._session.lost(self._receiver)
            self._receiver.drop()
            self._endpoint.leave(self._receiver)
        if self._told is not None:
            self._told.ended(0, why)

    def _refusal(self) -> tuple[int, bytes] | None:
        """Status and text of the answer that says no; None where all is well."""
        options = self._endpoint.options
        headers = self._head.headers
        if not options.websocket:
            return 404, b""
        if self._head.method != "GET":
            return 405, b""
        if headers.get("upgrade", "").strip().lower() != "websocket":
            return 400, b'Can "Upgrade" only to "WebSocket".'
        if "upgrade" not in [token.strip().lower() for token in headers.get("connection", "").split(",")]:
            return 400, b'"Connection" must be "Upgrade".'
        if not cors.is_allowed(headers.get("origin"), options.allowed_origins):
            return 403, b""
        if self._endpoint.closing:
            return 503, b""
        try:
            hixie76.proof(headers["sec-websocket-key1"], headers["sec-websocket-key2"], b"")
        except hixie76.HandshakeError as error:
            return 400, str(error).encode()
        return None

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        headers = self._head.headers
        self._transport.write(
            hixie76.proof(headers["sec-websocket-key1"], headers["sec-websocket-key2"], self._nonce)
        )
        sessions = self._endpoint.sessions
        if self._path.session:
            self._session = sessions.single(self._path.session)
        else:
            self._session = sessions.raw()
            self._decode = raw_websocket.decode
        self._receiver = HixieReceiver(self._transport)
        self._endpoint.enter(self._receiver)
        self._session.attach(self._receiver)

    def _refuse(self, status: int, text: bytes) -> None:
        headers = {"Content-Length": str(len(text)), "Connection": "close"}
        if status == 405:
            headers["Allow"] = "GET"
        self._answer(status, HTTPStatus(status).phrase, headers)
        self._transport.write(text)
        self._transport.close()

    def _answer(self, status: int, phrase: str, headers: Mapping[str, str]) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._transport.write(f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode("latin-1"))
        if self._told is not None:
            self._told.answered(status, headers.items())


def handshake_headers(head: Head, *, secure: bool) -> dict[str, str]:
    """The headers of the answer, in the order that the draft gives them."""
    forwarded = head.headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https"
    scheme = "wss" if secure or forwarded else "ws"
    # Some clients send the whole URL as the target; the location is that of the Host header either way.
    parts = urlsplit(head.target)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    answer = {"Upgrade": "WebSocket", "Connection": "Upgrade"}
    if "origin" in head.headers:
        answer["Sec-WebSocket-Origin"] = head.headers["origin"]
    answer["Sec-WebSocket-Location"] = f"{scheme}://{head.headers.get('host', '').strip()}{target}"
    if "sec-websocket-protocol" in head.headers:
        answer["Sec-WebSocket-Protocol"] = head.headers["sec-websocket-protocol"]
    return answer


def find(head: Head, endpoints: Sequence[Endpoint], log: RequestLog | None) -> HixieProtocol | None:
    """The protocol that serves ``head``; None where it names no websocket of these endpoints."""
    target = urlsplit(head.target).path
    for endpoint in endpoints:
        found = endpoint.parse(target) if endpoint.holds(target) else None
        if found is not None and found[0].name == "websocket":
            return HixieProtocol(head, endpoint, found[0], log)
    return None
