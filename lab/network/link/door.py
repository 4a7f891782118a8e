"""Who of those that have connected may come in, and when: decided without I/O and without a clock."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from lab.network.link.act import NEVER


class Rule(Protocol):
    """What one behaviour says of a caller."""

    def __call__(self, at_ms: float, inside: int, /) -> float | None:
        """When the caller may come in, at ``at_ms`` and with ``inside`` in there; None to turn it away."""


class Caller(Protocol):
    """Who has connected."""

    def enter(self) -> None:
        """It may come in."""

    def refuse(self) -> None:
        """It is turned away."""


C = TypeVar("C", bound=Caller)


class Door(Generic[C]):
    """Those who wait, in the order in which they came. Whoever may come in does so, also past one who may not yet."""

    def __init__(self) -> None:
        self.waiting: list[C] = []
        self.inside: set[C] = set()
        """Those who have come in and not left."""

    def left(self, caller: C) -> None:
        """One who was inside, waited or was turned away is gone."""
        self.inside.discard(caller)
        if caller in self.waiting:
            self.waiting.remove(caller)

    def decide(self, now_ms: float, rules: Callable[[C], Sequence[Rule]]) -> float:
        """Let in and turn away whom their rules say: all must agree.

        Returns:
            When to ask again; `NEVER` if not before something changes.
        """
        again_ms = NEVER
        for caller in tuple(self.waiting):
            times = [rule(now_ms, len(self.inside)) for rule in rules(caller)]
            latest_ms = max((time for time in times if time is not None), default=now_ms)
            if None not in times and latest_ms > now_ms:
                again_ms = min(again_ms, latest_ms)
                continue
            self.waiting.remove(caller)
            if None in times:
                caller.refuse()
            else:
                self.inside.add(caller)
                caller.enter()
        return again_ms
