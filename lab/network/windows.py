"""Watches the windows of time of behaviours: when the next one begins or ends."""

import asyncio
from collections.abc import Callable, Iterable

from lab.network.clock import HopClock
from lab.network.filter import Filter


class Windows:
    """Calls back when the time of one of several filters begins or ends."""

    def __init__(self, clock: HopClock, turn: Callable[[], None]) -> None:
        """Prepare.

        Args:
            clock: What windows are counted by.
            turn: Is called at each turn, and when the clock begins; it is to call `watch` again.
        """
        self._clock = clock
        self._turn = turn
        self._timer: asyncio.TimerHandle | None = None
        clock.when_begun(turn)

    def watch(self, filters: Iterable[Filter]) -> None:
        """Wait for the next turn of these, in place of those before."""
        self.close()
        if not self._clock.running:
            return
        now_ms = self._clock.now_ms()
        turns = [turn_ms for one in filters if (turn_ms := one.next_change_ms(now_ms)) is not None]
        if turns:
            # A timer may fire a moment early: then nothing has changed, and it is set once more.
            wait_s = max(min(turns) - now_ms, 0.0) / 1000
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._turn)

    def close(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
