"""The server's own end of a case's sessions: what steps make it do."""

from collections.abc import Callable, Iterable

from lab.runner.stage import StepFailed
from lab.server.sessions import LiveSession


class ServerSide:
    """The sessions of the lab's own server, on whichever node they live."""

    def __init__(self, sessions: Callable[[], Iterable[LiveSession]]) -> None:
        """``sessions`` gives those that there are now."""
        self._sessions = sessions

    def push(self, session: str | None, text: str) -> None:
        """Send a message in the session of that id, or in the newest raw one; StepFailed where there is none."""
        self._find(session).send(text)

    def close(self, session: str | None, code: int, reason: str) -> None:
        """Close it; StepFailed where there is none."""
        self._find(session).close(code, reason)

    def _find(self, session: str | None) -> LiveSession:
        there = [one for one in self._sessions() if one.is_open]
        if session is None:
            raw = [one for one in there if one.transport == "raw_websocket"]
            found = max(raw, key=lambda one: int(one.id.rpartition("-")[2]), default=None)
        else:
            found = next((one for one in there if one.id == session), None)
        if found is None:
            raise StepFailed("an open session on the server", f"it has none called {session or 'raw'}")
        return found


class NoServerSide:
    """Stands for a server that is not the lab's own: it cannot be told what to send."""

    def push(self, session: str | None, text: str) -> None:
        """Refuse: StepFailed."""
        raise StepFailed("the lab's own server", "a server of the scenario's own cannot be told to push")

    def close(self, session: str | None, code: int, reason: str) -> None:
        """Refuse: StepFailed."""
        raise StepFailed("the lab's own server", "a server of the scenario's own cannot be told to close")
