"""Passing: what a hop did to the messages that it was given, by the texts that its two sides saw.

Hops see messages where they pass them as websocket frames. Of requests that carry messages up they see how
often each went through: the query of ``xhr_send`` is another for each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.lives import Life
from lab.timeline.messages import compare
from lab.timeline.requests import Sight, target_of
from lab.timeline.results import Diagnosis, Messages
from lab.timeline.words import plural


@dataclass(frozen=True, slots=True)
class Passing:
    """The messages of an open connection in trouble, in one direction, at one hop."""

    life: Life
    hop: str
    direction: Literal["up", "down"]
    came: tuple[str, ...]
    """Texts, in order."""
    left: tuple[str, ...]
    found: Messages
    """The second held against the first."""

    @property
    def to(self) -> str:
        """Whom they were for."""
        return "the server" if self.direction == "up" else "the browser"

    @property
    def last_passed(self) -> bool:
        """Whether the last that came left: what is missing then was not the end of everything."""
        return bool(self.came) and self.came[-1] in self.left

    def diagnosis(self, did: str, count: int, *, cause: str, hint: str) -> Diagnosis:
        """That the hop ``did`` this to so many messages, with what its two sides saw."""
        source, target = ("client", "server") if self.direction == "up" else ("server", "client")
        return Diagnosis(
            about=self.life.about,
            cause=cause,
            hop=self.hop,
            sentence=f"{self.hop} {did} {plural(count, 'message')} for {self.to}, of {len(self.came)} that came.",
            proof=[f"{self.hop}.{source} saw {_quoted(self.came)}", f"{self.hop}.{target} saw {_quoted(self.left)}"],
            hint=hint,
        )


def passings_of(case: Evidence) -> Iterator[Passing]:
    """Every hop at which messages were lost, doubled, changed or put in another order, by the way they take."""
    for life in case.lives:
        if not life.trouble:
            continue
        for direction in ("up", "down"):
            way: Literal["up", "down"] = "up" if direction == "up" else "down"
            for hop in case.hops if way == "up" else reversed(case.hops):
                sides = [f"{hop}.client", f"{hop}.server"]
                came, left = (_texts(life, side, way) for side in (sides if way == "up" else reversed(sides)))
                found = compare(came, left)
                if came and (found.lost or found.duplicated or found.reordered or found.corrupted):
                    yield Passing(life, hop, way, came, left, found)


def _texts(life: Life, side: str, direction: str) -> tuple[str, ...]:
    """The frames that this side saw; without a websocket, the requests that carried messages."""
    frames = [
        event
        for one in life.requests
        if isinstance(sight := one.sights.get(side), Exchange)
        for event in sight.frames
        if event.data.get("direction") == direction
    ]
    if frames:
        return tuple(str(event.data.get("text", "")) for event in frames)
    if direction == "down":
        return ()
    sends = [sight for one in life.requests if (sight := one.sights.get(side)) and _carries(sight)]
    return tuple(target_of(sight) for sight in sends)


def _carries(sight: Sight) -> bool:
    return sight.method == "POST" and target_of(sight).partition("?")[0].endswith("_send")


def _quoted(texts: tuple[str, ...]) -> str:
    shown = ", ".join(text[:40] for text in texts[-5:])
    return f"{len(texts)}: {'… ' if len(texts) > 5 else ''}{shown}"
