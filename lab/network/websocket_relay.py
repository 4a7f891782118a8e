"""The relay of a websocket, which lets behaviours act on more than messages (lab/network/websockets.py says how).

It passes the end of a TCP connection on as that, where mitmproxy would make a closing frame of it, so that a
browser whose server was cut off would see 1005, as if it had been closed in good order, and not 1006. And it leaves
the answer to a closing frame, and the end of the connection behind it, to the two sides, as a proxy does that only
relays.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import websocket
from mitmproxy.websocket import WebSocketMessage
from wsproto import events as frames
from wsproto.connection import ConnectionState
from wsproto.frame_protocol import Opcode

from lab.network import connections
from lab.network.term import Term
from lab.network.websockets import (
    ABNORMAL,
    CONTROL,
    DELAY,
    ENDED_BY_HOP,
    ENDED_WITH_RESET,
    RELEASED,
    Control,
    EndWanted,
    WebsocketControlHook,
    WebsocketReleasedHook,
    delay,
    treatment,
)

_MAY_CLOSE = frozenset({ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING})

_PATIENCE_S = 2.0
"""How long the hop waits for answers to its own closing frame."""

_RSV1 = 0x40
_TEXT = int(Opcode.TEXT)

Commands = layer.CommandGenerator[None]


@dataclass(frozen=True)
class _Item:
    """What is to leave: a message with the sizes of its frames, a frame, or the end of a connection where None."""

    what: WebSocketMessage | frames.Event | None
    from_client: bool
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Late:
    """What waits until it may leave."""

    item: _Item
    came_s: float
    delays: Sequence[tuple[float, Term | None]]
    """Each delay with the term of its behaviour."""

    def due_s(self) -> float:
        """When it may leave: the delays of behaviours that act no more do not count."""
        return self.came_s + sum(seconds for seconds, term in self.delays if term is None or term.acting)


class Relay(websocket.WebsocketLayer):
    """The relay of one websocket."""

    def __init__(self, context: Context, flow: HTTPFlow) -> None:
        super().__init__(context, flow)
        self._late: dict[bool, deque[_Late]] = {True: deque(), False: deque()}
        """What is still to leave, in order: what the client sent, and what the server sent."""

        self._told = False
        """Whether it is known that the websocket has ended, with which code, and by whom."""
        self._unanswered: set[bool] = set()
        """Who has not answered the hop's own closing frame yet: True for the client, False for the server."""
        self._patience: commands.RequestWakeup | None = None

    def relay_messages(self, event: events.Event) -> Commands:
        """Relay one event."""
        if isinstance(event, connections.TermChanged):
            yield from self._release()
            for late in self._late.values():
                if late:  # It may be due earlier than it was.
                    yield commands.RequestWakeup(max(late[0].due_s() - time.monotonic(), 0.0))
        elif isinstance(event, events.Wakeup):
            yield from self._end() if event.command is self._patience else self._release()
        elif isinstance(event, EndWanted):
            yield from self._close_by_hop(event)
        elif isinstance(event, websocket.WebSocketMessageInjected):
            yield from self._message_came(event.message, ())
        elif isinstance(event, events.ConnectionClosed):
            from_client = event.connection == self.context.client
            if self._unanswered:
                yield from self._answered(from_client)
            else:
                yield from self._came("end", _Item(None, from_client))
        elif isinstance(event, events.DataReceived):
            from_client = event.connection == self.context.client
            if treatment(self.flow).raw:
                yield commands.SendData(self._side(not from_client).conn, event.data)
            else:
                yield from self._read(event.data, from_client)

    def done(self, event: events.Event) -> Commands:
        """Let nothing pass any more."""
        yield from ()

    def _side(self, client: bool) -> Any:
        return self.client_ws if client else self.server_ws

    def _read(self, data: bytes, from_client: bool) -> Commands:
        source = self._side(from_client)
        if source.state is ConnectionState.CLOSED:
            return
        source.receive_data(data)
        for frame in source.events():
            if self._handle_event == self.done:
                return
            if self._unanswered:
                if isinstance(frame, frames.CloseConnection):
                    yield from self._answered(from_client)
            elif isinstance(frame, frames.Message):
                yield from self._piece_came(frame, from_client)
            elif isinstance(frame, frames.CloseConnection):
                yield from self._came("close", _Item(frame, from_client))
            else:
                kind: Any = "ping" if isinstance(frame, frames.Ping) else "pong"
                yield from self._came(kind, _Item(frame, from_client))

    def _piece_came(self, frame: Any, from_client: bool) -> Commands:
        """Part of a frame has come: a message is relayed when it is there as a whole."""
        source = self._side(from_client)
        source.frame_buf[-1] += frame.data.encode() if isinstance(frame.data, str) else bytes(frame.data)
        if frame.message_finished:
            pieces, source.frame_buf = source.frame_buf, [b""]
            kind = Opcode.TEXT if isinstance(frame, frames.TextMessage) else Opcode.BINARY
            message = WebSocketMessage(kind, from_client, b"".join(pieces))
            yield from self._message_came(message, tuple(map(len, pieces)))
        elif frame.frame_finished:
            source.frame_buf.append(b"")

    def _message_came(self, message: WebSocketMessage, sizes: tuple[int, ...]) -> Commands:
        assert self.flow.websocket is not None
        self.flow.websocket.messages.append(message)
        if self._late[message.from_client]:
            delay(self.flow, 0.0)  # It has to wait for what came before it.
        yield websocket.WebsocketMessageHook(self.flow)
        if message.dropped:
            self.flow.metadata.pop(DELAY, None)
            return
        if len(message.content) != sum(sizes):
            sizes = ()  # An addon has changed it: the frames it came in say nothing any more.
        yield from self._leave(_Item(message, message.from_client, sizes))

    def _came(self, kind: Literal["ping", "pong", "close", "end"], item: _Item) -> Commands:
        """Something has come that is no message: let the behaviours decide on it."""
        found = self.flow.metadata[CONTROL] = Control(kind, item.from_client)
        yield WebsocketControlHook(self.flow)
        if found.dropped:
            self.flow.metadata.pop(DELAY, None)
        else:
            yield from self._leave(item)

    def _leave(self, item: _Item) -> Commands:
        """Send it on now, or later where it is delayed or something before it still waits."""
        delays = self.flow.metadata.pop(DELAY, None)
        late = self._late[item.from_client]
        if delays is None and not late:
            yield from self._send(item)
            return
        now_s = time.monotonic()
        late.append(_Late(item, now_s, delays or ()))
        # Where another waits before it, that one's time may be later: it is looked at again then.
        yield commands.RequestWakeup(max(late[-1].due_s() - now_s, 0.0))

    def _release(self) -> Commands:
        now_s = time.monotonic() + 0.002  # A wake-up may come a moment early: the clock of asyncio has a grain.
        for late in self._late.values():
            while late and late[0].due_s() <= now_s and self._handle_event != self.done:
                item = late.popleft().item
                if isinstance(item.what, WebSocketMessage):
                    self.flow.metadata[RELEASED] = item.what
                    yield WebsocketReleasedHook(self.flow)
                yield from self._send(item)

    def _send(self, item: _Item) -> Commands:
        target = self._side(not item.from_client)
        if item.what is None:
            if not self._told:
                yield from self._tell(ABNORMAL, "", by_client=item.from_client)
            yield from self._end()
        elif isinstance(item.what, frames.CloseConnection):
            yield from self._close(item.what, by_client=item.from_client)
        elif target.state is ConnectionState.OPEN:  # Who has sent a closing frame, which was dropped, gets no more.
            if isinstance(item.what, WebSocketMessage):
                yield from self._send_message(item.what, item.sizes, target)
            else:
                yield target.send2(item.what)

    def _send_message(self, message: WebSocketMessage, sizes: tuple[int, ...], target: Any) -> Commands:
        now = treatment(self.flow)
        pieces = list(_cut(message.content, sizes, now.fragment))
        for number, piece in enumerate(pieces, 1):
            # Framed as bytes, for a frame may end amid a character, and then labelled as what it is.
            frame = bytearray(target.send(frames.BytesMessage(piece, message_finished=number == len(pieces))))
            if number == 1:
                if message.type == Opcode.TEXT:
                    frame[0] = frame[0] & 0xF0 | _TEXT
                if message.from_client in now.set_rsv1:
                    frame[0] |= _RSV1
            yield commands.SendData(target.conn, bytes(frame))

    def _close(self, frame: frames.CloseConnection, *, by_client: bool) -> Commands:
        """Pass a closing frame on. The other side answers it, and the server then ends the connection."""
        if not self._told:
            yield from self._tell(frame.code, frame.reason, by_client=by_client)
        target = self._side(not by_client)
        if target.state in _MAY_CLOSE:
            yield target.send2(frame)

    def _close_by_hop(self, wanted: EndWanted) -> Commands:
        """End both connections; with a closing frame only when it was answered."""
        if not self._told:
            self.flow.metadata[ENDED_BY_HOP] = True
            yield from self._tell(wanted.code, wanted.reason, by_client=False)
        sides = (self.client_ws, self.server_ws)
        if wanted.how != "close":
            self.flow.metadata[ENDED_WITH_RESET] = wanted.how == "rst"
            for side in sides if wanted.how == "rst" else ():
                connections.close_with_reset(self.context.client, side.conn)
            yield from self._end()
            return
        self._unanswered = {True, False}
        for side in sides:
            if side.state in _MAY_CLOSE:
                yield side.send2(frames.CloseConnection(code=wanted.code, reason=wanted.reason))
        self._patience = commands.RequestWakeup(_PATIENCE_S)
        yield self._patience

    def _answered(self, from_client: bool) -> Commands:
        """One side has answered the hop's closing frame, or has gone."""
        self._unanswered.discard(from_client)
        if not self._unanswered:
            yield from self._end()

    def _tell(self, code: int, reason: str | None, *, by_client: bool) -> Commands:
        """Say that the websocket has ended, as soon as that is known."""
        data = self.flow.websocket
        assert data is not None
        self._told = True
        data.timestamp_end = time.time()
        data.closed_by_client, data.close_code, data.close_reason = by_client, code, reason or ""
        yield websocket.WebsocketEndHook(self.flow)

    def _end(self) -> Commands:
        """End both connections."""
        self._handle_event = self.done
        for side in (self.server_ws, self.client_ws):
            yield commands.CloseConnection(side.conn)
        self.flow.live = False


def _cut(content: bytes, sizes: tuple[int, ...], limit: int | None) -> Iterator[bytes]:
    """The frames' contents: as they came, or of at most ``limit`` bytes; all in one where nothing is said."""
    if limit is not None:
        yield from (content[at : at + limit] for at in range(0, max(len(content), 1), limit))
        return
    at = 0
    for size in sizes[:-1]:
        yield content[at : at + size]
        at += size
    yield content[at:]
