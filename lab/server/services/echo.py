"""Sends each message back."""

from lab.server.service import Service, Session


class Echo(Service):
    """Sends each message back."""

    def on_message(self, session: Session, text: str) -> None:
        """Send it back."""
        session.send(text)


SERVICE = Echo
