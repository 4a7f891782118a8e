"""Sends each message to all sessions of the endpoint."""

from lab.server.service import Service, Session


class Broadcast(Service):
    """Sends each message to all open sessions of the endpoint, the sender's too."""

    def __init__(self) -> None:
        # A dict keeps the order of arrival, so that all runs deliver alike.
        self._open: dict[Session, None] = {}

    def on_open(self, session: Session) -> None:
        """Take it into the round."""
        self._open[session] = None

    def on_message(self, session: Session, text: str) -> None:
        """Tell all."""
        # Sending may close a session whose client does not read, and so change the round.
        for listener in list(self._open):
            listener.send(text)

    def on_close(self, session: Session, code: int, reason: str) -> None:
        """Leave it out from now on."""
        self._open.pop(session, None)


SERVICE = Broadcast
