"""What a link behaviour does to one connection, as pure decisions about sizes and times.

All times are milliseconds on the hop's clock. An act is told when bytes reach it and says when they go on; who tells
it (stage.py) keeps the bytes, so that none can be lost, altered or put in another order by mistake.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, NamedTuple, Protocol

from lab.network.filter import Direction

NEVER = math.inf
"""Not before something changes: the behaviour is taken out, or its time is over."""

Side = Literal["client", "server"]
How = Literal["fin", "rst"]

ROOM = 256 * 1024
"""Bytes that an act which says nothing else may hold back in one direction before the link stops reading there."""


class Piece(NamedTuple):
    """The next bytes of what came, and when they go on."""

    size: int
    at_ms: float
    drop: bool = False
    """Whether they are dropped then, instead of going on."""


class Ending(NamedTuple):
    """How a behaviour ends the connection: on both sides where ``side`` is None, else on that one alone.

    The other side is then left open, and what it says is dropped.
    """

    how: How
    did: str
    """As one clause in the past tense, for the events."""
    side: Side | None = None


class Cut(NamedTuple):
    """The behaviour ends the connection here: what went on before arrives, what comes after does not."""

    at_ms: float
    ending: Ending


class DidHere(Protocol):
    """Where `Scope.did` goes."""

    def __call__(self, did: str, /, **more: Any) -> None:
        """Tell what was done to the connection."""


@dataclass(frozen=True)
class Scope:
    """What a behaviour is told of a connection."""

    conn: int
    """Its number in the events."""
    opened_ms: float
    """When it came; 0 where that was before the clock had begun."""
    now_ms: float
    """When the behaviour met it: at once, or when it was put in or its time came."""
    random: Callable[[str], Random]
    """Lots for one direction, or for the connection as a whole where it is called with an empty string."""
    did: DidHere
    """Says what was done."""
    said: set[str] = field(default_factory=set)
    """What was said by `once`."""

    def once(self, did: str, /, **more: Any) -> None:
        """Say what was done, unless that has been said of this connection before."""
        if did not in self.said:
            self.said.add(did)
            self.did(did, **more)


class Act:
    """What one behaviour does to one connection. As it stands it lets everything pass at once."""

    room: int = ROOM
    """Bytes that it may hold back in one direction before the link stops reading there."""
    due_ms: float = NEVER
    """When it wants to be woken; it may change whenever the act is called."""

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        """What becomes of ``size`` bytes that came at ``at_ms``: pieces in order, at times that do not decrease.

        It is read piece by piece, as they fall due. Bytes that no piece speaks of go on with the last one. The end of
        the stream comes as a size of 0: only the time of the first piece counts then, and it goes on behind
        everything else in any case.
        """
        yield Piece(size, at_ms)

    def woken(self, at_ms: float) -> Ending | None:
        """`due_ms` has come: end the connection, or change ``due_ms`` and let it live."""
        self.due_ms = NEVER
        return None
