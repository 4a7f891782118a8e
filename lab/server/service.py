"""What an application gives to an endpoint, and what it gets: a service, and the sessions it talks to."""

from typing import Protocol


class Session(Protocol):
    """A client's session as a service sees it. It does not know the session's id: that is the client's secret."""

    @property
    def transport(self) -> str:
        """The transport it was opened on, as the URL names it: ``websocket``, ``xhr_streaming``, ..."""

    def send(self, text: str) -> None:
        """Send a message. After the session is over it is dropped."""

    def close(self, code: int = 3000, reason: str = "Go away!") -> None:
        """Close the session; the client is told code and reason."""


class Service:
    """The application behind an endpoint: derive from it and override what you need.

    One service serves all sessions of its endpoint. Its methods are called on the event loop, must not block,
    and are never called for a session after its `on_close`. An exception closes the session with 1011.
    """

    def on_open(self, session: Session) -> None:
        """A session has opened."""

    def on_message(self, session: Session, text: str) -> None:
        """A message has come."""

    def on_close(self, session: Session, code: int, reason: str) -> None:
        """The session is over; called once for each `on_open`. 1006 where the client went without a word."""
