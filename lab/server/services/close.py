"""Closes each session as soon as it is open."""

from lab.server.service import Service, Session


class Close(Service):
    """Closes each session as soon as it is open, with ``c[3000,"Go away!"]``."""

    def on_open(self, session: Session) -> None:
        """Close it."""
        session.close()


SERVICE = Close
