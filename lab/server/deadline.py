"""When a peer's time is up: a timer that is cheap to set anew, as every request does."""

import asyncio
from collections.abc import Callable

_EARLY_S = 0.001
"""The loop's timers may fire a clock's resolution early."""


class Deadline:
    """A point in time at which something is called, unless it is moved or lifted before."""

    __slots__ = ("_due", "_late", "_timer")

    def __init__(self, late: Callable[[], None]) -> None:
        """No deadline yet; ``late`` is called when one has passed."""
        self._late = late
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """It is so far away from now on."""
        loop = asyncio.get_running_loop()
        self._due = due = loop.time() + seconds
        if self._timer is not None:
            # A timer that comes too early is set anew then, which costs less than setting it anew each time.
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._fire)

    def lift(self) -> None:
        """There is none."""
        self._due = None

    def end(self) -> None:
        """There will be none, and no timer is left."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        if self._due is None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._due - _EARLY_S:
            self._timer = loop.call_at(self._due, self._fire)
        else:
            self._due = None
            self._late()
