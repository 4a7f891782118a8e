"""Answers: who made the answer that left for the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.timeline.exchanges import Exchange, hop_of, sides_of


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that reached the browser's side, and where it was made."""

    status: int
    hop: str | None
    """The hop that made it; None where it is the server's."""
    asked: bool
    """Whether that hop had passed the request on."""
    was: int | None
    """The status that it was given, where it changed the answer."""
    exchange: Exchange


def answer_of(sides: Mapping[str, Exchange], hops: Sequence[str], until_ms: float) -> Answer | None:
    """Who made the answer that left for the browser by then: the first on the way that was not given it.

    ``sides`` holds one request as each side saw it; sides that saw nothing are left out.
    """
    seen = [side for side in sides_of(hops) if side in sides]
    nearest = sides[seen[0]] if seen else None
    if nearest is None or nearest.status is None or nearest.response is None or nearest.response.t_ms > until_ms:
        return None
    for side in seen:
        hop = hop_of(side)
        if hop and side.endswith(".client"):
            inward = sides.get(f"{hop}.server")
            if inward is None or inward.status != nearest.status:
                return Answer(nearest.status, hop, inward is not None, inward.status if inward else None, nearest)
    return Answer(nearest.status, None, True, None, nearest)
