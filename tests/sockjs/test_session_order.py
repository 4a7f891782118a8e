"""Nothing is lost, duplicated or reordered, over any sequence of receivers, aborts and sends."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lab.sockjs.actions import Action, Closed, End, Receiver, Write
from lab.sockjs.session import Session, Settings, State


class Wire(Receiver):
    """A receiver that keeps what it was given until the client has taken it."""

    def __init__(self, limit: int | None) -> None:
        super().__init__(limit=limit, pings=limit is None)
        self.frames: list[str] = []
        self.ended = False


class Deliveries(RuleBasedStateMachine):
    """A client with a connection at a time, which may break before it has taken what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.sent: list[str] = []
        self.got: list[str] = []
        self.told: list[str] = []
        self.closed: list[Closed] = []
        self.wires: list[Wire] = []
        self.opens = 0
        self.session = Session(Settings(heartbeat_s=25, disconnect_delay_s=5, queue_limit=10_000))
        self.attach(1)

    def perform(self, actions: list[Action] | tuple[Action, ...]) -> None:
        for action in actions:
            if isinstance(action, Write):
                assert not action.receiver.ended, "a frame was written to a receiver that had ended"
                action.receiver.frames.append(action.frame)
            elif isinstance(action, End):
                assert not action.receiver.ended
                action.receiver.ended = True
            elif isinstance(action, Closed):
                self.closed.append(action)

    @rule(limit=st.sampled_from([1, 60, 4096]))
    def attach(self, limit: int) -> None:
        wire = Wire(limit)
        self.wires.append(wire)
        self.perform(self.session.attach(wire, self.now))

    @rule(text=st.text(max_size=5))
    def send(self, text: str) -> None:
        was_open = self.session.state is State.OPEN
        self.perform(self.session.send(f"{len(self.sent)}{text}", self.now))
        if was_open:
            self.sent.append(f"{len(self.sent)}{text}")

    @precondition(lambda self: self.wires)
    @rule(which=st.integers(0, 3))
    def take(self, which: int) -> None:
        """The client takes all of the oldest connections' frames, in the order in which they were opened."""
        for wire in self.wires[: which + 1]:
            for frame in wire.frames:
                if frame[0] == "a":
                    self.got.extend(json.loads(frame[1:]))
                elif frame == "o":
                    self.opens += 1
                elif frame[0] == "c":
                    self.told.append(frame)
            wire.frames.clear()
        self.wires = [wire for wire in self.wires if wire.frames or not wire.ended]

    @precondition(lambda self: self.wires)
    @rule(which=st.integers(0, 3))
    def abort(self, which: int) -> None:
        wire = self.wires.pop(min(which, len(self.wires) - 1))
        missing = bool(wire.frames)
        if missing or not wire.ended:
            self.perform(self.session.undelivered(wire, self.now))
        wire.ended = True
        if missing and any(frame[0] in "ao" for frame in wire.frames):
            assert self.session.state is not State.OPEN, "messages were lost and the session lives on"
        # What the client takes after a loss is of a session that is over.
        if missing:
            self.wires = []

    @rule()
    def pause(self) -> None:
        self.session.pause()

    @rule()
    def resume(self) -> None:
        self.perform(self.session.resume(self.now))

    @rule(seconds=st.sampled_from([1, 4, 5, 25]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.perform(self.session.tick(self.now))

    @rule()
    def close(self) -> None:
        self.perform(self.session.close(3000, "Go away!", self.now))

    @invariant()
    def what_came_is_the_beginning_of_what_was_sent(self) -> None:
        assert self.got == self.sent[: len(self.got)]

    @invariant()
    def session_opens_and_closes_once(self) -> None:
        assert self.opens <= 1
        assert len(self.closed) == (self.session.state in (State.CLOSING, State.CLOSED))

    @invariant()
    def session_that_is_alive_wants_to_be_woken(self) -> None:
        assert (self.session.deadline is None) == (self.session.state is State.CLOSED)


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
