"""Sends ``tick!`` once a second."""

import asyncio

from lab.server.service import Service, Session

PERIOD_S = 1.0


class Ticker(Service):
    """Sends ``tick!`` to each session once a second, from one second after it opened."""

    def __init__(self) -> None:
        self._timers: dict[Session, asyncio.TimerHandle] = {}

    def on_open(self, session: Session) -> None:
        """Start its clock."""
        self._timers[session] = asyncio.get_running_loop().call_later(PERIOD_S, self._tick, session)

    def on_close(self, session: Session, code: int, reason: str) -> None:
        """Stop its clock."""
        timer = self._timers.pop(session, None)
        if timer is not None:
            timer.cancel()

    def _tick(self, session: Session) -> None:
        # Before sending: that may close the session.
        self.on_open(session)
        session.send("tick!")


SERVICE = Ticker
