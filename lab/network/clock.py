"""The clock of a network's hops: what ``after``, ``for`` and ``every`` of a behaviour are counted by.

It stands at zero until the client is created. Waiting for an engine, a page or the measuring lock takes as long as it
takes; "after 5 s" is to mean the same in every case.
"""

import time
from collections.abc import Callable


class HopClock:
    """Milliseconds since `begin` was called; zero until then."""

    def __init__(self, now_s: Callable[[], float] = time.perf_counter) -> None:
        self._now_s = now_s
        self._began_s: float | None = None
        self._told: list[Callable[[], None]] = []

    @property
    def running(self) -> bool:
        """Whether it has begun."""
        return self._began_s is not None

    def begin(self) -> None:
        """Let it run, and call who asked for that. Later calls change nothing."""
        if self._began_s is None:
            self._began_s = self._now_s()
            for tell in self._told:
                tell()

    def now_ms(self) -> float:
        """The time."""
        return 0.0 if self._began_s is None else (self._now_s() - self._began_s) * 1000

    def when_begun(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` when it begins: a wait for a moment on this clock can be set up only then."""
        self._told.append(tell)
