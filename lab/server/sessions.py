"""Live sessions: the pure machine with a clock, a service and an event log; and an endpoint's map of them."""

import asyncio
import logging
from collections.abc import Iterable, Iterator

from lab.events import Emit, ignore
from lab.server.receivers import LiveReceiver
from lab.server.service import Service
from lab.sockjs import actions
from lab.sockjs import session as machine
from lab.sockjs.session import RAW, SOCKJS, Framing, Settings, State

_log = logging.getLogger(__name__)
_SHOWN = 200
"""Characters of a message that an event shows."""


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class LiveSession:
    """A session at work: turns calls into the machine's events and performs the actions."""

    __slots__ = (
        "_due",
        "_emit",
        "_framed",
        "_loop",
        "_machine",
        "_service",
        "_sessions",
        "_timer",
        "id",
        "transport",
    )

    def __init__(
        self, sessions: "Sessions", session_id: str, transport: str, framing: Framing, *, lasting: bool
    ) -> None:
        """A new session; ``session_id`` is its name in events, ``transport`` as the URL names it."""
        self.id = session_id
        self.transport = transport
        self._sessions = sessions
        self._service = sessions.service
        self._emit = None if sessions.emit is ignore else sessions.emit
        self._framed = framing is SOCKJS
        self._machine = machine.Session(sessions.settings, framing, lasting=lasting)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    @property
    def is_open(self) -> bool:
        """Whether messages go through."""
        return self._machine.state is State.OPEN

    @property
    def is_taken(self) -> bool:
        """Whether a connection takes its frames now."""
        return self._machine.receiver is not None

    @property
    def is_paused(self) -> bool:
        """Whether frames are held back until `resume`."""
        return self._machine.is_paused

    def watch(self) -> None:
        """Look whether the connection that takes the session's frames is still there."""
        receiver = self._machine.receiver
        if isinstance(receiver, LiveReceiver) and receiver.is_gone():
            self.lost(receiver)
            receiver.finish(actions.End(receiver, "done", abort=True))

    def drop(self) -> None:
        """Give up the timer: the server ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send(self, text: str) -> None:
        """Send a message to the client."""
        if self._emit is not None and self.is_open:
            self._emit("message.out", session=self.id, text=text[:_SHOWN], bytes=_bytes(text))
        self._perform(self._machine.send(text, self._loop.time()))

    def close(self, code: int = 3000, reason: str = "Go away!") -> None:
        """Close the session."""
        self._perform(self._machine.close(code, reason, self._loop.time()))

    def attach(self, receiver: LiveReceiver) -> None:
        """A connection offers to take the session's frames."""
        self.watch()
        receiver.session = self
        self._perform(self._machine.attach(receiver, self._loop.time()))

    def receive(self, texts: Iterable[str]) -> None:
        """Messages have come from the client."""
        for text in texts:
            if not self.is_open:
                return
            if self._emit is not None:
                self._emit("message.in", session=self.id, text=text[:_SHOWN], bytes=_bytes(text))
            try:
                self._service.on_message(self, text)
            except Exception:
                self._failed()

    def answered(self) -> None:
        """A sign of life has come."""
        if self._machine.is_awaiting:
            self._machine.answered(self._loop.time())
            # The next heartbeat may be due before the answer was.
            self._perform(())

    def break_off(self, code: int, reason: str) -> None:
        """The client broke the protocol."""
        self._perform(self._machine.break_off(code, reason, self._loop.time()))

    def left(self, receiver: LiveReceiver, code: int, reason: str) -> None:
        """The client has closed its connection."""
        self._perform(self._machine.left(receiver, code, reason, self._loop.time()))

    def lost(self, receiver: LiveReceiver) -> None:
        """A connection is gone."""
        self._perform(self._machine.lost(receiver, self._loop.time()))

    def undelivered(self, receiver: LiveReceiver) -> None:
        """A connection is gone, perhaps before it took all that was written to it."""
        self._perform(self._machine.undelivered(receiver, self._loop.time()))

    def pause(self) -> None:
        """The connection takes no more for now."""
        self._machine.pause()

    def resume(self) -> None:
        """The connection takes frames again."""
        self._perform(self._machine.resume(self._loop.time()))

    def _perform(self, wanted: Iterable[actions.Action]) -> None:
        for action in wanted:
            if type(action) is actions.Write:
                if self._emit is not None and self._framed:
                    frame = action.frame
                    self._emit("frame.out", session=self.id, type=frame[0], bytes=_bytes(frame))
                action.receiver.push(action.data)
            else:
                self._perform_rare(action)
        # The timer is moved only to an earlier time: a tick that comes too early does nothing but set it anew.
        deadline = self._machine.deadline
        if deadline is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None or deadline < self._due:
            self._arm(deadline)

    def _perform_rare(self, action: actions.Action) -> None:
        match action:
            case actions.End(receiver):
                receiver.finish(action)
            case actions.Ping(receiver):
                receiver.ping()
            case actions.Opened():
                if self._emit is not None:
                    self._emit("session.open", session=self.id, transport=self.transport)
                try:
                    self._service.on_open(self)
                except Exception:
                    self._failed()
            case actions.Closed(code, reason, by):
                if self._emit is not None:
                    self._emit("session.close", session=self.id, code=code, reason=reason, by=by)
                try:
                    self._service.on_close(self, code, reason)
                except Exception:
                    self._failed()
            case actions.Forget():
                self._sessions.forget(self)

    def _failed(self) -> None:
        _log.exception("the service %s failed; its session is closed", type(self._service).__name__)
        self.close(1011, "Service failed")

    def _arm(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = deadline
        self._timer = self._loop.call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._timer = None
        # The loop's timers may fire a clock's resolution early.
        self._perform(self._machine.tick(max(self._loop.time(), self._due)))


class Sessions:
    """The sessions of one endpoint. Another endpoint's are out of reach even under the same id."""

    def __init__(self, service: Service, settings: Settings, emit: Emit, *, limit: int = 100_000) -> None:
        """No sessions yet; ``limit`` is how many there may be over HTTP."""
        self._limit = limit
        self.service = service
        self.settings = settings
        self.emit = emit
        self._by_id: dict[str, LiveSession] = {}
        self._single: set[LiveSession] = set()
        self._raw = 0

    def __len__(self) -> int:
        return len(self._by_id) + len(self._single)

    def __iter__(self) -> Iterator[LiveSession]:
        return iter([*self._by_id.values(), *self._single])

    def get(self, session_id: str) -> LiveSession | None:
        """The session of that id over HTTP; None where there is none."""
        return self._by_id.get(session_id)

    def has_room(self, session_id: str) -> bool:
        """Whether that session is there or can be made; to be asked before `find`."""
        return len(self._by_id) < self._limit or session_id in self._by_id

    def find(self, session_id: str, transport: str) -> LiveSession:
        """The session of that id over HTTP, made where there is none."""
        session = self._by_id.get(session_id)
        if session is None:
            session = self._by_id[session_id] = LiveSession(self, session_id, transport, SOCKJS, lasting=True)
        return session

    def single(self, session_id: str) -> LiveSession:
        """A session on a websocket: it ends with its connection, and may share its id with others."""
        session = LiveSession(self, session_id, "websocket", SOCKJS, lasting=False)
        self._single.add(session)
        return session

    def raw(self) -> LiveSession:
        """A session on a raw websocket; it has no id, so events call it ``raw-1``, ``raw-2``, ..."""
        self._raw += 1
        session = LiveSession(self, f"raw-{self._raw}", "raw_websocket", RAW, lasting=False)
        self._single.add(session)
        return session

    def forget(self, session: LiveSession) -> None:
        """Drop a session that is over."""
        if self._by_id.get(session.id) is session:
            del self._by_id[session.id]
        self._single.discard(session)

    def clear(self) -> None:
        """Drop all sessions and their timers, closing those that are open."""
        for session in self:
            session.close()
            session.drop()
        self._by_id.clear()
        self._single.clear()
