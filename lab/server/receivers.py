"""Connections that take a session's frames: what all have in common."""

import asyncio
from typing import TYPE_CHECKING

from lab.sockjs.actions import End, Receiver

if TYPE_CHECKING:
    from lab.server.sessions import LiveSession

HIGH_WATER = 64 * 1024
"""Bytes that wait to be written before the session is told to hold back."""


class LiveReceiver(Receiver):
    """A receiver with a connection behind it."""

    __slots__ = ("ended", "session", "transport")

    def __init__(self, transport: asyncio.Transport | None, *, limit: int | None = None, pings: bool = False) -> None:
        """A receiver on the connection ``transport`` (None where it is gone already)."""
        super().__init__(limit=limit, pings=pings)
        self.transport = transport
        self.session: LiveSession | None = None
        self.ended: End | None = None
        """How it is to end, once that is known."""

    def is_gone(self) -> bool:
        """Whether the connection is known to have ended."""
        return self.transport is None or self.transport.is_closing()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    def ping(self) -> None:
        """Only websockets have pings."""
