"""Ends: which hop ended a request's connection before its time, and what had passed there until then.

A hop is convicted where an end left it that had not come to it: no side of it had seen the other party end. A link
shows that by the direction of its ``tcp.end`` (up came from the browser's side), a proxy by ``by``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.events import Event
from lab.timeline.exchanges import Exchange, hop_of
from lab.timeline.requests import Joined
from lab.timeline.wires import Segment, Wire

_AT_ONCE_MS = 2.0
"""Two events that a process writes for one thing lie no further apart than this."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A hop ended a connection by itself."""

    hop: str
    t_ms: float
    how: str
    """Behind "ended it": ``with FIN``, ``with RST``, ``with the closing frame 1001``; may be empty."""
    began_ms: float
    """When the connection was made, as far as the hop shows; else when the request came."""
    activity: tuple[float, ...]
    """When anything had passed there, in order, from the beginning on."""
    passed: int
    """How many bytes, or of a websocket how many frames, had left it in both directions together."""
    units: str
    """``byte`` or ``frame``."""
    dropped: int
    """How many more of them had come to it."""
    proof: tuple[str, ...]

    @property
    def age_ms(self) -> float:
        """How old the connection was."""
        return self.t_ms - self.began_ms

    @property
    def silence_ms(self) -> float:
        """For how long nothing had passed."""
        return self.t_ms - max((at for at in self.activity if at <= self.t_ms), default=self.began_ms)

    @property
    def longest_gap_ms(self) -> float:
        """The longest time before that in which nothing had passed, and it was not cut."""
        times = [self.began_ms, *(at for at in self.activity if at <= self.t_ms)]
        return max((later - before for before, later in pairwise(times)), default=0.0)


def cut_of(one: Joined, hops: Sequence[str], until_ms: float, tcp_ends: Sequence[Event] = ()) -> Cut | None:
    """The first hop that ended this request's connection by itself, up to then."""
    cuts = [cut for hop in hops if (cut := _at_hop(one, hop, tcp_ends)) is not None and cut.t_ms <= until_ms]
    return min(cuts, key=lambda cut: cut.t_ms, default=None)


def cuts_of_wires(wires: Sequence[Wire]) -> list[Cut]:
    """The connections, as whole ones, that links ended by themselves and that were in use."""
    by_key = {(wire.side, wire.conn): wire for wire in wires}
    found = []
    for (side, conn), outer in by_key.items():
        hop, _, which = side.rpartition(".")
        inner = by_key.get((f"{hop}.server", conn))
        if which == "client" and outer.has_data:
            cut = _at_link(hop, outer.since(0.0), inner.since(0.0) if inner else None)
            found += [cut] if cut else []
    return found


def _at_hop(one: Joined, hop: str, tcp_ends: Sequence[Event]) -> Cut | None:
    outward, inward = one.sights.get(f"{hop}.client"), one.sights.get(f"{hop}.server")
    if isinstance(outward, Segment):
        return _at_link(hop, outward, inward if isinstance(inward, Segment) else None)
    exchanges = [side for side in (outward, inward) if isinstance(side, Exchange)]
    return _at_proxy(hop, exchanges, tcp_ends) if exchanges else None


def _at_link(hop: str, outer: Segment, inner: Segment | None) -> Cut | None:
    came = [e.t_ms for e in outer.ends if e.data.get("direction") == "up"]
    came += [e.t_ms for e in (inner.ends if inner else ()) if e.data.get("direction") == "down"]
    left = [e for e in outer.ends if e.data.get("direction") == "down"]
    left += [e for e in (inner.ends if inner else ()) if e.data.get("direction") == "up"]
    first = min(left, key=lambda event: event.t_ms, default=None)
    if first is None or min(came, default=float("inf")) <= first.t_ms:
        return None
    points = [*outer.up, *outer.down, *(inner.up if inner else ()), *(inner.down if inner else ())]
    last = float("inf")
    went = (inner.total_by("up", last) if inner else 0) + outer.total_by("down", last)
    arrived = outer.total_by("up", last) + (inner.total_by("down", last) if inner else 0)
    return Cut(
        hop=hop,
        t_ms=first.t_ms,
        how=f"with {str(first.data.get('how', 'fin')).upper()}",
        began_ms=outer.opened_ms,
        activity=tuple(sorted({outer.opened_ms, *(at for at, _ in points if at <= first.t_ms)})),
        passed=went,
        units="byte",
        dropped=arrived - went,
        proof=(f"{first.vantage} shows an end that no side of {hop} had been sent",),
    )


def _at_proxy(hop: str, exchanges: Sequence[Exchange], tcp_ends: Sequence[Event]) -> Cut | None:
    ends = sorted(_ends(exchanges, tcp_ends), key=lambda event: event.t_ms)
    if not ends or ends[0].data.get("by") != "hop":
        return None
    own = ends[0]
    complete = next((one.end for one in exchanges if one.side.endswith(".server")), None)
    if complete is not None and complete.t_ms <= own.t_ms:
        return None  # The server had ended its answer: what follows is tidying up.
    clean = next((one.end for one in exchanges if one.side.endswith(".client") and one.end), None)
    if clean is not None and clean.t_ms < own.t_ms - _AT_ONCE_MS:
        return None
    frames = [event for one in exchanges for event in one.frames]
    data = [event for one in exchanges for event in one.data]
    times = {event.t_ms for event in (*frames, *data) if event.t_ms <= own.t_ms}
    times |= {one.t_ms for one in exchanges} | {one.response.t_ms for one in exchanges if one.response}
    came, went = _counts(exchanges, bool(frames))
    answered = [one.response.t_ms for one in exchanges if one.response and frames]
    return Cut(
        hop=hop,
        t_ms=own.t_ms,
        how="as if the answer were complete" if clean is not None else _how(ends),
        began_ms=min(answered, default=exchanges[0].t_ms),
        activity=tuple(sorted(times)),
        passed=went,
        units="frame" if frames else "byte",
        dropped=max(0, came - went),
        proof=tuple(f"{e.vantage} saw: {_told(e)}" for e in ends[:3]),
    )


def _counts(exchanges: Sequence[Exchange], frames: bool) -> tuple[int, int]:
    """How much came to the hop, and how much left it, in both directions."""
    came = went = 0
    for one in exchanges:
        outer = one.side.endswith(".client")
        if frames:
            up = sum(event.data.get("direction") == "up" for event in one.frames)
            down = len(one.frames) - up
        else:
            up = int((one.sent.data.get("bytes") or 0) if one.sent else 0)
            down = one.total_by(float("inf"))
        came += up if outer else down
        went += down if outer else up
    return came, went


def _ends(exchanges: Sequence[Exchange], tcp_ends: Sequence[Event]) -> Iterator[Event]:
    for one in exchanges:
        yield from (event for event in (one.closed, one.error) if event is not None)
        conn = one.request.data.get("conn")
        if conn is not None:
            # A connection lives on after a request: only an end before the next request is its own.
            yield from (
                e
                for e in tcp_ends
                if hop_of(e.vantage) == hop_of(one.side) and e.vantage == one.side and e.data.get("conn") == conn
            )


def _how(ends: Sequence[Event]) -> str:
    codes = [event.data.get("code") for event in ends if event.kind == "ws.close"]
    if codes and codes[0] not in (None, 1006):
        return f"with the closing frame {codes[0]}"
    how = next((str(e.data["how"]).upper() for e in ends if e.kind == "tcp.end" and e.data.get("how")), "")
    return f"with {how}" if how else ""


def _told(event: Event) -> str:
    by = f" by {event.data['by']}" if event.data.get("by") else ""
    if event.kind == "ws.close":
        return f"websocket closed with {event.data.get('code')}{by}"
    return f"{event.data.get('text') or 'connection ended'}{by}"
