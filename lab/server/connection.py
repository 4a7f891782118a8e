"""The lab's own connections: plain HTTP/1.1 read and answered without tasks, everything else handed to who knows it.

Most of what a SockJS server does is a few small requests over and over. Here such a request is answered while its
bytes are being read; half a request is not held for ever. Handshakes of draft 76, which aiohttp's parsers refuse, go
to hixie76.py. What is out of the ordinary (see `heads.parse_plain`) goes to aiohttp, the connection with it, and is
answered by mounting.py.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from lab.server import heads
from lab.server.answers import refusal
from lab.server.asked import Asked, understand
from lab.server.deadline import Deadline
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Opening, Reception, Request
from lab.server.handshakes import handshake
from lab.server.heads import Head
from lab.server.requests import RequestLog, Told
from lab.server.sessions import LiveSession
from lab.server.websockets import WebsocketReceiver
from lab.server.writing import CHUNKED, LAST_CHUNK, HttpReceiver, chunk, head_of, lines_of
from lab.sockjs.actions import End

HEADER_S = 10.0
"""How long a client has for the first request's headers."""
IDLE_S = 75.0
"""How long a connection is kept between two requests, or for half a head after the first."""
LAST_WRITES_S = 2.0
"""How long the peer has to take the last frames of a response before the connection is dropped."""
TAKEN_S = 0.01
"""How long a receiver waits where another one has the session: its end may be on the way, on another connection."""
_BODILESS = frozenset({204, 304})
_LATE = Answer(408, {}, closes=True)
_BAD = Answer(400, {}, closes=True)
_NOT_FOUND = Answer(404, {}, closes=True)


@dataclass
class Counter:
    """What all connections of a server have in common."""

    endpoints: Sequence[Endpoint]
    file: Callable[[Request, str], Answer]
    """Answers requests for paths that belong to no endpoint."""
    usual: Callable[[], asyncio.Protocol]
    """Makes aiohttp's protocol."""
    old: Callable[[Head], asyncio.Protocol | None]
    """Makes the protocol for a handshake of draft 76; None where there is nothing at its URL."""
    log: RequestLog | None = None
    """Where requests are told of; None where nobody wants to know."""
    open: set["Connection"] = field(default_factory=set)
    """The connections on which plain HTTP is spoken."""


class Connection(asyncio.Protocol):
    """A connection, as long as what comes is plain HTTP."""

    __slots__ = (
        "_asked",
        "_body",
        "_counter",
        "_data",
        "_deadline",
        "_held",
        "_receiver",
        "_told",
        "transport",
    )

    def __init__(self, counter: Counter) -> None:
        """A connection of the server that ``counter`` belongs to."""
        self.transport: asyncio.Transport
        self._counter = counter
        self._data = b""
        """What came and is not read yet: half a head, or requests behind one that is being answered."""
        self._body: bytearray | None = None
        """What has come of the body of `_asked`, while it is waited for."""
        self._asked: Asked | None = None
        self._told: Told | None = None
        """The request that is being served, where events are wanted."""
        self._receiver: HttpReceiver | None = None
        """The response that is being made of frames."""
        self._held = False
        """Whether the peer does not read what is written."""
        self._deadline = Deadline(self._late)
        """For what is waited for."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        # Other loops' transports are not derived from asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        self._counter.open.add(self)
        self._deadline.set(HEADER_S)

    def data_received(self, data: bytes) -> None:
        """Take bytes in any pieces."""
        if self.transport.is_closing():
            return
        if self._body is not None and self._asked is not None:
            asked, size = self._asked, self._asked.size
            self._body += data
            if len(self._body) < size:
                return
            data, self._body = bytes(self._body), None
            if not self._serve(asked, data[:size], data[size:]):
                return
            data = data[size:]
        elif self._data:
            data, self._data = self._data + data, b""
        self._read(data)

    def pause_writing(self) -> None:
        """The peer does not read: hold its session back, and serve it no more."""
        self._held = True
        if self._receiver is not None and self._receiver.session is not None:
            self._receiver.session.pause()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._held = False
        receiver = self._receiver
        if receiver is None:
            self._go_on()
        elif receiver.ended is not None:
            self._delivered(receiver)
        elif receiver.session is not None:
            receiver.session.resume()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone, in whatever way."""
        self._leave()
        self._data, self._body = b"", None
        receiver, told = self._receiver, self._told
        self._receiver = self._told = None
        if receiver is not None and self._asked is not None and self._asked.endpoint is not None:
            self._asked.endpoint.leave(receiver)
            if receiver.session is not None:
                receiver.session.undelivered(receiver)
        if told is not None:
            told.ended(receiver.size if receiver is not None and receiver.before is not None else 0, "client gone")

    def close(self) -> None:
        """Close the connection, at once where the peer would have to be waited for."""
        if self._held:
            self.transport.abort()
        else:
            self.transport.close()

    def _read(self, data: bytes) -> None:
        """Serve the requests in ``data`` until one has to be waited for."""
        while data and self._receiver is None and not self._held:
            end = data.find(heads.END)
            if end < 0 and len(data) <= heads.LIMIT and heads.may_become_a_head(data):
                break
            asked = self._asked
            if asked is None or len(asked.data) != end or not data.startswith(asked.data):
                asked = self._asked = self._understand(data, end)
                if asked is None:
                    return
            if self._counter.log is not None:
                self._told = asked.tell(self._counter.log)
            end += len(heads.END)
            stop = end + asked.size
            if len(data) < stop:
                self._body = bytearray(data[end:])
                self._deadline.set(asked.endpoint.options.body_s if asked.endpoint else HEADER_S)
                return
            body, data = data[end:stop], data[stop:]
            if not self._serve(asked, body, data):
                return
        self._data = data
        if len(data) > heads.LIMIT:
            # Requests behind one that is not answered yet: enough of them.
            self.transport.pause_reading()

    def _go_on(self) -> None:
        """Read what has come meanwhile."""
        if self._data and self._receiver is None and not self._held and not self.transport.is_closing():
            if len(self._data) > heads.LIMIT:
                self.transport.resume_reading()
            data, self._data = self._data, b""
            self._read(data)

    def _understand(self, data: bytes, end: int) -> Asked | None:
        """The request whose head ends at ``end``; None where it, and the connection, is for somebody else."""
        found = data[:end] if end >= 0 else b""
        if heads.asks_for_draft_76(found):
            old = heads.parse_head(found)
            protocol = self._counter.old(old) if old else None
            if protocol is None:
                self._answer(_NOT_FOUND if old else _BAD)
            else:
                self._hand_to(protocol, data[end + len(heads.END) :])
            return None
        head = heads.parse_plain(found)
        if head is None:
            self._hand_to(self._counter.usual(), data)
            return None
        secure = self.transport.get_extra_info("sslcontext") is not None
        asked = understand(found, head, self._counter.endpoints, secure=secure)
        if asked is None:
            self._hand_to(self._counter.usual(), data)
        return asked

    def _serve(self, asked: Asked, body: bytes, rest: bytes) -> bool:
        """Serve one request, with ``rest`` behind it; whether plain HTTP goes on behind it."""
        request, endpoint = asked.request, asked.endpoint
        if endpoint is None:
            self._answer(self._counter.file(request, asked.head.path))
        else:
            request.body = body
            outcome = endpoint.serve(request, asked.found)
            request.body = b""
            if isinstance(outcome, Answer):
                self._answer(outcome)
            elif isinstance(outcome, Reception):
                self._receive(endpoint, asked, outcome)
            else:
                self._open(endpoint, asked, outcome, rest)
                return False
        return not self.transport.is_closing()

    def _answer(self, answer: Answer) -> None:
        """Write a whole answer to the request that was read last, or to what was none."""
        asked = self._asked
        keeps = asked is not None and asked.keeps and not answer.closes
        status, body, headers = answer.status, answer.body, answer.headers
        head = head_of(status, headers, length=None if status in _BODILESS else len(body), keeps=keeps)
        if asked is not None and asked.head.method == "HEAD":
            body = b""
        self.transport.write(head + body)
        if self._told is not None:
            self._told.answered(status, lines_of(head))
            self._told.ended(len(body), "done")
            self._told = None
        if keeps:
            self._deadline.set(IDLE_S)
        else:
            self.transport.close()

    def _receive(self, endpoint: Endpoint, asked: Asked, reception: Reception) -> None:
        """Let a session have its frames written here."""
        receiver = self._receiver = HttpReceiver(reception, self._finish)
        receiver.transport = self.transport
        self._deadline.lift()
        if reception.prelude is not None:
            head = head_of(200, {**reception.headers, **CHUNKED}, keeps=asked.keeps)
            receiver.gather(head + chunk(reception.prelude))
            if self._told is not None:
                self._told.answered(200, lines_of(head))
        endpoint.enter(receiver)
        assert asked.found is not None
        path = asked.found[0]
        session = endpoint.sessions.find(path.session, path.name)
        if session.is_taken:
            receiver.flush()
            asyncio.get_running_loop().call_later(TAKEN_S, self._attach, session, receiver)
        else:
            self._attach(session, receiver)

    def _attach(self, session: LiveSession, receiver: HttpReceiver) -> None:
        if receiver is self._receiver and not self.transport.is_closing():
            session.attach(receiver)
            receiver.flush()
            if self._held and receiver.ended is None:
                session.pause()

    def _finish(self, receiver: HttpReceiver, end: End) -> None:
        """End the response that consists of the frames of ``receiver``."""
        if end.abort:
            self.transport.abort()
        if receiver is not self._receiver or self.transport.is_closing():
            # The end of the connection tells the session what was not delivered.
            return
        if receiver.before is not None:
            receiver.flush()
            self.transport.write(LAST_CHUNK)
        else:
            body = receiver.body()
            head = head_of(200, receiver.headers, length=len(body), keeps=self._asked is None or self._asked.keeps)
            self.transport.write(head + body)
            if self._told is not None:
                self._told.answered(200, lines_of(head))
        if self._held:
            self._deadline.set(LAST_WRITES_S)
        else:
            self._delivered(receiver)

    def _delivered(self, receiver: HttpReceiver) -> None:
        """The response is handed over; go on with the next request."""
        asked, self._receiver = self._asked, None
        assert asked is not None
        assert asked.endpoint is not None
        asked.endpoint.leave(receiver)
        if self._told is not None:
            limit = receiver.before is not None and receiver.ended is not None and receiver.ended.why == "limit"
            self._told.ended(receiver.size, "limit" if limit else "done")
            self._told = None
        if not asked.keeps:
            self.transport.close()
            return
        self._deadline.set(IDLE_S)
        if self._data:
            # Not at once: the session is still busy with what ended this response.
            asyncio.get_running_loop().call_soon(self._go_on)

    def _open(self, endpoint: Endpoint, asked: Asked, opening: Opening, rest: bytes) -> None:
        """Let the connection become a websocket."""
        head = head_of(101, handshake(asked.request))
        if self._told is not None:
            self._told.answered(101, lines_of(head))
        receiver = WebsocketReceiver(self.transport, endpoint, opening, told=self._told)
        self._told = None
        receiver.begin(opening, head)
        self._hand_to(receiver, rest)

    def _hand_to(self, protocol: asyncio.Protocol, data: bytes) -> None:
        """Give the connection away, and what was read of it and not served."""
        self._leave()
        self._asked = None
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        if data:
            protocol.data_received(data)

    def _leave(self) -> None:
        self._counter.open.discard(self)
        self._deadline.end()

    def _late(self) -> None:
        """The peer's time is up."""
        asked = self._asked
        if self.transport.is_closing():
            return
        if self._receiver is not None:
            self.transport.abort()
        elif self._body is not None and asked is not None and asked.endpoint is not None:
            self._answer(refusal(asked.request, asked.endpoint.options, 408, closes=True))
        elif self._data or self._body is not None:
            self._asked = None
            self._answer(_LATE)
        else:
            self.transport.close()
