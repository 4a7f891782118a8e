"""One relayed connection: two TCP connections, and for each direction what the behaviours do to it.

Where no behaviour acts, bytes are written as they are read. Else they go through a chain of stages (chain.py), which
decides, while this module keeps the time and the sockets. However long a direction is held, no more of it is kept
than what its stages say (`Act.room`), one read and what the next peer has not taken yet (`HIGH_WATER`): then nothing
more is read, and TCP makes the sender wait.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from lab.network.clock import HopClock
from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Ending, How, Scope
from lab.network.link.alarm import Alarm, Timer
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.chain import Wanted
from lab.network.link.lane import Lane
from lab.network.link.recorder import LinkRecorder
from lab.network.link.side import Side
from lab.network.link.stage import Chunk, Close, Stage

_WAYS: tuple[Direction, Direction] = ("up", "down")

LINGER_S = 1.0
"""How long a peer that was sent FIN by a behaviour may go on talking before its connection is closed for good.

Closed at once, the kernel would answer what it has said already with RST, and the peer might never see the FIN."""


class Host(Protocol):
    """What a connection needs of its link."""

    recorder: LinkRecorder
    clock: HopClock
    alarm: Alarm
    buffer: memoryview

    def came(self, connection: "Connection") -> None:
        """A client has connected: the connection gets its number."""

    def connect(self, connection: "Connection") -> None:
        """The client may come in: the server is to be asked."""

    def joined(self, connection: "Connection") -> None:
        """Both sides are there, and nothing has been read yet: the connection meets the behaviours."""

    def ended(self, connection: "Connection") -> None:
        """Neither side is left."""


class Connection:
    """A client's connection through the link."""

    def __init__(self, host: Host) -> None:
        self.number = 0
        """Its number in the events."""
        self.nth = 0
        """Its number among those that behaviours count; 0 before the clock has begun."""
        self.opened_ms = host.clock.now_ms()
        self.client = Side("client", self, host.buffer)
        self.server = Side("server", self, host.buffer)
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._up = Lane("up", self.client, self.server, self._linger)
        self._down = Lane("down", self.server, self.client, self._linger)
        self._lanes = (self._up, self._down)
        self._acts: dict[LinkBehaviour, Act] = {}
        self._said: dict[LinkBehaviour, set[str]] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._timer: Timer | None = None
        self._timer_ms = NEVER

    def _lane_from(self, side: Side) -> Lane:
        return self._up if side is self.client else self._down

    def _lane_to(self, side: Side) -> Lane:
        return self._down if side is self.client else self._up

    # What the sides tell.

    def made(self, side: Side) -> None:
        """A side is connected."""
        if side is self.client:
            self._host.came(self)
        elif self.client.lost:
            side.reset()
            return
        recorder = self._host.recorder
        recorder.opened(side.name, self.number)
        arriving, leaving = self._lane_from(side), self._lane_to(side)
        arriving.seen = recorder.tally(side.name, self.number, arriving.direction, self._loop.call_later)
        leaving.sent = recorder.tally(side.name, self.number, leaving.direction, self._loop.call_later)
        if side is self.server:
            self._host.joined(self)
            self._throttle()

    def arrived(self, side: Side, data: bytes) -> None:
        """Bytes came."""
        lane = self._lane_from(side)
        lane.seen.add(data)
        if lane.chain.is_cut or lane.sink.lost:
            return
        if not lane.chain.stages:
            lane.send(data)
            return
        lane.chain.take(Chunk(data, self._host.clock.now_ms()))
        self._pump()

    def arrived_end(self, side: Side, how: How) -> None:
        """FIN or RST came."""
        lane = self._lane_from(side)
        lane.seen.end(how)
        if how == "rst" and side.ended:
            lane.break_off()
        elif lane.chain.is_cut:
            self._close_if_over(side)
        elif not lane.chain.stages:
            self._deliver(lane, Close(how, 0))
        else:
            lane.chain.take(Close(how, self._host.clock.now_ms()))
            self._pump()

    def unblocked(self, side: Side) -> None:
        """It takes more, or no more for now."""
        self._throttle()

    def gone(self, side: Side) -> None:
        """A side is closed."""
        self._throttle()
        other = self.server if side is self.client else self.client
        if other.lost or not other.connected:
            self._finish()

    # What the link does.

    def enter(self) -> None:
        """The client may come in."""
        self._host.connect(self)

    def meet(self, behaviours: Sequence[LinkBehaviour], now_ms: float) -> None:
        """Let these behaviours act, in this order from the client to the server, and no others."""
        met = [one for one in behaviours if any(one.filter.matches_connection(self.nth, way) for way in _WAYS)]
        kept = {one: self._acts.get(one) or self._made(one, now_ms) for one in met}
        self._acts = {one: act for one, act in kept.items() if act is not None}
        for lane in self._lanes:
            there = {stage.act: stage for stage in lane.chain.stages}
            stages = [there.get(act) or self._stage(one, act, lane) for one, act in self._acts.items()]
            # Going down, the bytes meet first what stands next to the server.
            ordered = stages if lane is self._up else stages[::-1]
            for item in lane.chain.restage(ordered, now_ms):
                self._deliver(lane, item)
        self._pump()

    def refuse(self) -> None:
        """Turn the client away with RST."""
        self.client.reset()
        self._down.sent.end("rst")

    def abort(self) -> None:
        """Close both sides at once."""
        for side in (self.client, self.server):
            side.reset()

    # What the behaviours do.

    def scope(self, behaviour: LinkBehaviour, now_ms: float) -> Scope:
        """What a behaviour is told of this connection when it meets it at ``now_ms``."""
        return Scope(
            conn=self.number,
            opened_ms=self.opened_ms,
            now_ms=now_ms,
            random=partial(behaviour.random_for, self.number),
            did=partial(behaviour.did, self.number),
            said=self._said.setdefault(behaviour, set()),
        )

    def _made(self, behaviour: LinkBehaviour, now_ms: float) -> Act | None:
        try:
            return behaviour.act(self.scope(behaviour, now_ms))
        except Exception as error:
            self._failed(behaviour, error)
            return None

    def _stage(self, behaviour: LinkBehaviour, act: Act, lane: Lane) -> Stage:
        asks = behaviour.filter.matches_direction(lane.direction)
        return Stage(act, lane.direction, asks=asks, failed=partial(self._failed, behaviour))

    def _failed(self, behaviour: LinkBehaviour, error: Exception) -> None:
        self._host.recorder.failed(f"{type(error).__name__}: {error}", behaviour=behaviour.name)

    def _pump(self) -> None:
        """Let go on what is due, wake who wants to be woken, and come back when the next is due."""
        now_ms = self._host.clock.now_ms()
        for behaviour, act in tuple(self._acts.items()):
            if act.due_ms <= now_ms:
                self._wake(behaviour, act, now_ms)
        again = True
        while again:
            again = False
            for lane in self._lanes:
                for item in lane.chain.advance(now_ms):
                    if isinstance(item, Wanted):
                        self._end(item.act, item.ending, item.at_ms)
                        again = True
                    else:
                        self._deliver(lane, item)
        self._throttle()
        self._arm(now_ms)

    def _wake(self, behaviour: LinkBehaviour, act: Act, now_ms: float) -> None:
        due_ms = act.due_ms
        try:
            ending = act.woken(now_ms)
        except Exception as error:
            self._failed(behaviour, error)
            ending = None
        if ending is not None:
            self._end(act, ending, now_ms)
        if ending is not None or act.due_ms <= due_ms:
            act.due_ms = NEVER

    def _end(self, act: Act, ending: Ending, at_ms: float) -> None:
        """An act ends the connection, where it stands."""
        behaviour = next(one for one, its in self._acts.items() if its is act)
        behaviour.did(self.number, ending.did)
        for lane in self._lanes:
            ends = ending.side in (None, lane.sink.name)
            for item in lane.chain.cut(act, ending.how if ends else None, at_ms):
                self._deliver(lane, item)

    def _deliver(self, lane: Lane, item: Chunk | Close) -> None:
        if isinstance(item, Chunk):
            lane.send(item.data)
            return
        lane.end(item.how)
        if lane.chain.is_cut and lane.sink.ended:
            lane.sink.close()
        elif self._up.over and self._down.over and not lane.chain.is_cut:
            for side in (self.client, self.server):
                side.close()

    def _close_if_over(self, side: Side) -> None:
        """A peer has ended of itself what a behaviour has cut: nothing is left but what is still on its way to it."""
        lane = self._lane_to(side)
        if lane.over or not lane.chain.is_cut or lane.chain.due_ms() == NEVER:
            side.close()

    def _linger(self, side: Side) -> None:
        self._timers.add(self._loop.call_later(LINGER_S, side.close))

    def _throttle(self) -> None:
        for lane in self._lanes:
            # Nothing is read before there is somebody to hand it to.
            if lane.source.connected and lane.sink.connected:
                lane.source.read(lane.reads)

    def _arm(self, now_ms: float) -> None:
        due_ms = min(
            *(lane.chain.due_ms() for lane in self._lanes), *(act.due_ms for act in self._acts.values()), NEVER
        )
        # One that is set for too early does no harm: it finds nothing due and is set anew.
        if due_ms < self._timer_ms:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_ms = due_ms
            self._timer = self._host.alarm.call_later(max(0.0, due_ms - now_ms) / 1000, self._fired)

    def _fired(self) -> None:
        self._timer, self._timer_ms = None, NEVER
        self._pump()

    def _finish(self) -> None:
        for timer in (self._timer, *self._timers):
            if timer is not None:
                timer.cancel()
        for lane in self._lanes:
            for tally in (getattr(lane, "seen", None), getattr(lane, "sent", None)):
                if tally is not None:
                    tally.hush()
        self._acts = {}
        for lane in self._lanes:
            lane.chain.restage([], 0)
        self._host.ended(self)
