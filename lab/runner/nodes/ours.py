"""The lab's own server as a node."""

import ssl
from collections.abc import Callable, Iterable

from lab.runner.nodes import How
from lab.server.host import LabServer
from lab.server.sessions import LiveSession


class OurNode:
    """A server of the lab's own. Started again it is a new one, with no session, at the same port."""

    def __init__(self, make: Callable[[], LabServer], context: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._make = make
        self._context = context
        self._server: LabServer | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            EnvironmentFailure: The port cannot be had.
        """
        server = self._server = self._make()
        await server.start(port=self.port, ssl_context=self._context)
        self.port = server.port

    async def stop(self, how: How = "gracefully") -> None:
        """End it."""
        server, self._server = self._server, None
        if server is not None:
            await (server.kill() if how == "killed" else server.stop())

    async def leave(self) -> None:
        """Nothing more is there to end."""

    @property
    def origin(self) -> str:
        """Where it is, where it speaks no TLS."""
        return f"http://127.0.0.1:{self.port}"

    def sessions(self) -> Iterable[LiveSession]:
        """Its sessions."""
        return self._server.endpoint.sessions if self._server is not None else ()
