"""A SockJS session as a state machine: (state, event) -> actions, on a clock that the caller reads.

A session is NEW until its first receiver comes, OPEN until it is closed from either end, CLOSING while late
receivers are still told why, CLOSED when it may be forgotten. Each method is an event; it returns the actions
(actions.py) to perform, in order. ``now`` is always in seconds of one monotonic clock. The session asks to be woken
through `Session.deadline`: call `Session.tick` at that time or later; calling it early does nothing.

Everything that decides what becomes of a session stands in this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from lab.sockjs import frames
from lab.sockjs.actions import Action, Closed, End, Forget, Opened, Ping, Receiver, Write

ANOTHER = (2010, "Another connection still open")
"""Told to a receiver that comes while another one is attached."""
INTERRUPTED = (1002, "Connection interrupted")
"""Told to receivers that come after one was cut off: messages may be lost (sockjs-protocol, "Handling close")."""
NO_ANSWER = (3000, "No response from heartbeat")
OVERFLOW = (1013, "Too many messages waiting")
TIMED_OUT = (1006, "Session timed out")
GO_AWAY = (3000, "Go away!")


class State(Enum):
    """Where a session is in its life."""

    NEW = "new"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


TRANSITIONS: dict[tuple[State, str], State] = {
    (State.NEW, "attach"): State.OPEN,
    (State.NEW, "expire"): State.CLOSED,
    (State.OPEN, "close"): State.CLOSING,
    (State.OPEN, "expire"): State.CLOSED,
    (State.CLOSING, "expire"): State.CLOSED,
}
"""Every change of state that there is; an event that is not here leaves the state as it is."""


class Framing(NamedTuple):
    """How a session's events are written: as SockJS frames, or raw."""

    opening: str | None
    heartbeat: str | None
    message: Callable[[str], str]
    messages: Callable[[Sequence[str]], Sequence[str]]
    close: Callable[[int, str], str | None]


SOCKJS = Framing(frames.OPEN, frames.HEARTBEAT, frames.message, lambda texts: (frames.messages(texts),), frames.close)
RAW = Framing(None, None, frames.scalar, lambda texts: list(map(frames.scalar, texts)), lambda code, reason: None)
"""The raw websocket: messages as they are and nothing else."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The figures of a session."""

    heartbeat_s: float = 25.0
    """Silence after which a receiver gets a heartbeat."""
    disconnect_delay_s: float = 5.0
    """How long a session without a receiver is kept."""
    answer_s: float = 10.0
    """How long a receiver that can be pinged has to answer (sockjs-node uses 10 s)."""
    queue_limit: int = 4 * 1024 * 1024
    """Characters of messages, with the quotes and the comma of each, that may wait; with more it is closed."""


_AROUND = 3
"""Characters around each message in a frame: even an empty one takes room where it waits."""
_NOTHING: tuple[Action, ...] = ()


class Session:
    """One session. See the module for how to drive it."""

    __slots__ = (
        "_awaiting",
        "_close_frame",
        "_framing",
        "_lasting",
        "_paused",
        "_queue",
        "_queued",
        "_receiver",
        "_settings",
        "deadline",
        "state",
    )

    def __init__(self, settings: Settings, framing: Framing = SOCKJS, *, lasting: bool = True) -> None:
        """A new session; ``lasting`` is false where it ends with its one connection, as on a websocket."""
        self.state = State.NEW
        self.deadline: float | None = None
        """When `tick` wants to be called; None for never."""
        self._settings = settings
        self._framing = framing
        self._lasting = lasting
        self._receiver: Receiver | None = None
        self._queue: list[str] = []
        self._queued = 0
        self._paused = False
        self._awaiting = False
        self._close_frame: str | None = None

    @property
    def receiver(self) -> Receiver | None:
        """The receiver that is attached now."""
        return self._receiver

    @property
    def is_paused(self) -> bool:
        """Whether the receiver takes no more for now."""
        return self._paused

    @property
    def is_awaiting(self) -> bool:
        """Whether an answer to a ping is due."""
        return self._awaiting

    def attach(self, receiver: Receiver, now: float) -> Sequence[Action]:
        """A receiver has come."""
        actions: list[Action] = []
        if self._receiver is not None:
            self._turn_away(receiver, self._framing.close(*ANOTHER), actions)
        elif self.state is State.NEW:
            self._move("attach")
            self._receiver = receiver
            self.deadline = now + self._settings.heartbeat_s
            if self._framing.opening is not None:
                self._write(receiver, self._framing.opening, now, actions)
            # Behind the frame, which has to be the first, and before the end of a poll, which hands it over.
            actions.insert(1, Opened())
        elif self.state is State.OPEN:
            self._receiver = receiver
            self.deadline = now + self._settings.heartbeat_s
            self._flush(receiver, now, actions)
        else:
            self._receiver = receiver
            self._flush(receiver, now, actions)
            if self._receiver is receiver:
                self._receiver = None
                self._turn_away(receiver, self._close_frame, actions)
            if self.state is State.CLOSING:
                self.deadline = now + self._settings.disconnect_delay_s
        return actions

    def send(self, text: str, now: float) -> Sequence[Action]:
        """The service sends a message. After the end of the session it is dropped."""
        if self.state is not State.OPEN:
            return _NOTHING
        receiver = self._receiver
        actions: list[Action] = []
        if receiver is None or self._paused:
            self._queue.append(text)
            self._queued += len(text) + _AROUND
            if self._queued > self._settings.queue_limit:
                self._close(*OVERFLOW, "server", now, actions, abort=True)
            return actions
        self._write(receiver, self._framing.message(text), now, actions)
        return actions

    def close(self, code: int, reason: str, now: float) -> Sequence[Action]:
        """The service or the server closes the session."""
        actions: list[Action] = []
        if self.state is State.OPEN:
            self._close(code, reason, "server", now, actions)
        return actions

    def break_off(self, code: int, reason: str, now: float) -> Sequence[Action]:
        """The client broke the protocol: end its connection without a close frame."""
        actions: list[Action] = []
        receiver = self._receiver
        if self.state is State.OPEN and receiver is not None:
            self._receiver = None
            actions.append(End(receiver, "done", code, reason))
            self._over(Closed(code, reason, "server"), now, actions)
        return actions

    def left(self, receiver: Receiver, code: int, reason: str, now: float) -> Sequence[Action]:
        """The client has closed the receiver's connection in good order, with this code."""
        return self._lose(receiver, Closed(code, reason, "client"), now)

    def lost(self, receiver: Receiver, now: float) -> Sequence[Action]:
        """The receiver's connection is gone, without a word."""
        return self._lose(receiver, Closed(1006, INTERRUPTED[1], "gone"), now)

    def undelivered(self, receiver: Receiver, now: float) -> Sequence[Action]:
        """The receiver's connection ended before all that was written to it had been handed over.

        Where it has been detached meanwhile, because its limit was reached, this is how the loss becomes known: the
        session is over, as with `lost`, and a receiver that has come since is told so.
        """
        if receiver is self._receiver or self.state is not State.OPEN or not receiver.sent:
            return self.lost(receiver, now)
        actions: list[Action] = []
        self._queue, self._queued = [], 0
        self._close(*INTERRUPTED, "gone", now, actions)
        return actions

    def pause(self) -> None:
        """The receiver takes no more for now: queue what comes."""
        self._paused = self._receiver is not None

    def resume(self, now: float) -> Sequence[Action]:
        """The receiver takes frames again."""
        self._paused = False
        actions: list[Action] = []
        if self._receiver is not None:
            self._flush(self._receiver, now, actions)
        return actions

    def answered(self, now: float) -> None:
        """A sign of life came from the receiver."""
        if self._awaiting:
            self._awaiting = False
            self.deadline = now + self._settings.heartbeat_s

    def tick(self, now: float) -> Sequence[Action]:
        """Time has passed: what is due by ``now``."""
        if self.deadline is None or now < self.deadline:
            return _NOTHING
        actions: list[Action] = []
        receiver = self._receiver
        if receiver is None:
            if self.state is State.OPEN:
                actions.append(Closed(*TIMED_OUT, "gone"))
            self._forget(actions)
        elif self._awaiting:
            self._close(*NO_ANSWER, "server", now, actions, abort=self._paused)
        elif self._paused:
            # It took nothing during a whole heartbeat: a peer that does not read, or is no longer there.
            actions.append(End(receiver, "done", abort=True))
            actions.extend(self.lost(receiver, now))
        else:
            self.deadline = now + self._settings.heartbeat_s
            if self._framing.heartbeat is not None:
                self._write(receiver, self._framing.heartbeat, now, actions)
            if receiver.pings:
                actions.append(Ping(receiver))
                self._awaiting = True
                self.deadline = now + self._settings.answer_s
        return actions

    def _move(self, event: str) -> None:
        self.state = TRANSITIONS.get((self.state, event), self.state)

    def _write(self, receiver: Receiver, frame: str, now: float, actions: list[Action]) -> None:
        data = receiver.wrap(frame)
        receiver.sent += len(data)
        actions.append(Write(receiver, frame, data))
        if receiver.limit is not None and receiver.sent >= receiver.limit:
            self._detach()
            self.deadline = now + self._settings.disconnect_delay_s
            actions.append(End(receiver, "limit"))
        elif not self._awaiting:
            self.deadline = now + self._settings.heartbeat_s

    def _flush(self, receiver: Receiver, now: float, actions: list[Action]) -> None:
        """Hand the queue to the receiver."""
        if self._queue:
            texts, self._queue, self._queued = self._queue, [], 0
            for frame in self._framing.messages(texts):
                self._write(receiver, frame, now, actions)

    def _turn_away(self, receiver: Receiver, frame: str | None, actions: list[Action]) -> None:
        """Tell a receiver that is not attached why it must go."""
        if frame is not None:
            actions.append(Write(receiver, frame, receiver.wrap(frame)))
        actions.append(End(receiver, "done"))

    def _detach(self) -> None:
        self._receiver = None
        self._paused = False
        self._awaiting = False

    def _close(
        self,
        code: int,
        reason: str,
        by: Literal["server", "gone"],
        now: float,
        actions: list[Action],
        *,
        abort: bool = False,
    ) -> None:
        self._close_frame = self._framing.close(code, reason)
        if abort:
            self._queue, self._queued = [], 0
        elif self._receiver is not None:
            self._flush(self._receiver, now, actions)
        receiver = self._receiver
        if receiver is not None:
            if self._close_frame is not None and not abort:
                actions.append(Write(receiver, self._close_frame, receiver.wrap(self._close_frame)))
            actions.append(End(receiver, "done", code, reason, abort))
        self._over(Closed(code, reason, by), now, actions)

    def _lose(self, receiver: Receiver, closed: Closed, now: float) -> Sequence[Action]:
        if receiver is not self._receiver:
            return _NOTHING
        actions: list[Action] = []
        self._close_frame = self._framing.close(*INTERRUPTED)
        # What went to the lost connection may never have arrived, so the rest is of no use either.
        self._queue, self._queued = [], 0
        self._over(closed, now, actions)
        return actions

    def _over(self, closed: Closed, now: float, actions: list[Action]) -> None:
        """The session is over for the service; late receivers are told so for a while, where there can be any."""
        self._detach()
        self._move("close")
        actions.append(closed)
        if self._lasting:
            self.deadline = now + self._settings.disconnect_delay_s
        else:
            self._forget(actions)

    def _forget(self, actions: list[Action]) -> None:
        self._queue, self._queued = [], 0
        self._move("expire")
        self.deadline = None
        actions.append(Forget())
