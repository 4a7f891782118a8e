"""Bodies: whether what left a hop is as long as what came, and how it then differs."""

from dataclasses import dataclass
from typing import Literal

from lab.timeline.exchanges import Exchange
from lab.timeline.words import number, plural

TOGETHER_MS = 50.0
"""A hop that passes a piece on passes it on within this; it takes 1 to 5 ms on an idle machine."""


@dataclass(frozen=True, slots=True)
class BodyChange:
    """A body that has another length on the other side of a hop."""

    of: Literal["request", "response"]
    came: int
    left: int
    packed: str
    """The Content-Encoding that only the side towards the browser has; nothing where neither, or both have one."""

    @property
    def words(self) -> str:
        """What was done, as a clause behind the hop's name."""
        whose = "a request's" if self.of == "request" else "an answer's"
        if self.packed:
            return (
                f"compressed ({self.packed}) {whose} {plural(self.came, 'byte')}, of which {number(self.left)} left"
            )
        did = "added to" if self.left > self.came else "took from"
        return f"{did} {whose} body: {plural(self.came, 'byte')} came and {number(self.left)} left"


def body_change(outward: Exchange, inward: Exchange) -> BodyChange | None:
    """How a hop changed the length of a body; None where it did not, or where it may only have held some of it."""
    if outward.sent and inward.sent:
        came, left = (int(one.sent.data.get("bytes") or 0) for one in (outward, inward) if one.sent)
        if came != left:
            return BodyChange("request", came, left, "")
    came, left = inward.total_by(float("inf")), outward.total_by(float("inf"))
    if came == left or outward.status != inward.status:
        return None
    packed = _packing(outward) if _packing(outward) != _packing(inward) else ""
    change = BodyChange("response", came, left, packed)
    if left > came:
        return change
    whole = inward.end is not None and outward.end is not None
    return change if whole or _piece_by_piece(outward, inward) else None


def _packing(exchange: Exchange) -> str:
    values = ", ".join(exchange.values("Content-Encoding", "response")).lower()
    return "" if values == "identity" else values


def _piece_by_piece(outward: Exchange, inward: Exchange) -> bool:
    """Whether each piece that came left at once, shorter: what is held leaves late, or not at all."""
    came = [(event.t_ms, int(event.data.get("bytes", 0))) for event in inward.data]
    left = [(event.t_ms, int(event.data.get("bytes", 0))) for event in outward.data]
    if not came or len(came) != len(left):
        return False
    pairs = list(zip(came, left, strict=True))
    return all(0 <= out - into <= TOGETHER_MS for (into, _), (out, _) in pairs) and all(
        size >= least for (_, size), (_, least) in pairs
    )
