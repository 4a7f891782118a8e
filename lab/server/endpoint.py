"""A SockJS endpoint: a service below a prefix, with its own sessions, whoever speaks HTTP."""

import asyncio

from lab.events import Emit, ignore
from lab.server import cors
from lab.server.answers import refusal
from lab.server.cookies import set_cookie
from lab.server.exchange import Answer, Outcome, Reception, Request
from lab.server.options import ServerOptions
from lab.server.receivers import LiveReceiver
from lab.server.routes import Route, find_routes
from lab.server.service import Service
from lab.server.sessions import Sessions
from lab.sockjs import paths

Found = tuple[paths.Path, Route]
"""What a URL names, and what serves it."""
CLOSE_S = 0.25
"""How long clients have to take the close frame when the endpoint closes."""


class Endpoint:
    """A service under one prefix, with its own sessions."""

    def __init__(
        self, prefix: str, service: Service, options: ServerOptions | None = None, emit: Emit = ignore
    ) -> None:
        """An endpoint that is open at once.

        Args:
            prefix: The path that clients are given, such as ``/echo``; empty for all paths.
            service: What handles the sessions.
            options: How the endpoint behaves.
            emit: Where its events go; they name it by its prefix.

        Raises:
            ValueError: the prefix does not begin with a slash, or ends with one.
        """
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            raise ValueError(f"expected a prefix such as '/echo', got {prefix!r}")
        self.prefix = prefix
        self.options = options or ServerOptions()
        named = ignore if emit is ignore else _naming(emit, prefix)
        self.sessions = Sessions(service, self.options.settings(), named, limit=self.options.session_limit)
        self.closing = False
        self._routes = find_routes()
        self._receivers: set[LiveReceiver] = set()
        self._empty: asyncio.Future[None] | None = None

    def parse(self, path: str) -> Found | None:
        """What a URL's raw path, without the query, names, and what serves it; None where there is nothing."""
        found = paths.parse(path[len(self.prefix) :])
        route = self._routes.get((bool(found.session), found.name)) if found else None
        return (found, route) if found and route else None

    def holds(self, path: str) -> bool:
        """Whether a URL's raw path is below the prefix."""
        return path.startswith(self.prefix) and path[len(self.prefix) :][:1] in ("", "/")

    def serve(self, request: Request, found: Found | None) -> Outcome:
        """What is to be done about a request for what `parse` found."""
        if found is None:
            return refusal(request, self.options, 404)
        path, route = found
        if route.allows(request.method):
            if self.closing:
                return refusal(request, self.options, 503)
            outcome = route.handle(request, self, path)
            if type(outcome) is Reception and not self.sessions.has_room(path.session):
                return refusal(request, self.options, 503)
            return outcome
        if request.method == "OPTIONS" and route.shared:
            return self._preflight(request, route)
        return Answer(405, {"Allow": route.allow})

    def enter(self, receiver: LiveReceiver) -> None:
        """A connection takes a session's frames; `leave` is to be called when it has ended."""
        self._receivers.add(receiver)

    def leave(self, receiver: LiveReceiver) -> None:
        """A connection has ended."""
        self._receivers.discard(receiver)
        if self._empty is not None and not self._receivers and not self._empty.done():
            self._empty.set_result(None)

    async def close(self, within_s: float = CLOSE_S) -> None:
        """Close all sessions with ``c[3000,"Go away!"]`` and take no more.

        The clients have ``within_s`` to take it; after that their connections are dropped.
        """
        self.closing = True
        self.sessions.clear()
        if self._receivers:
            self._empty = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._empty], timeout=within_s)
        self.abort()

    def abort(self) -> None:
        """Drop the connections that take frames, without a word."""
        for receiver in list(self._receivers):
            receiver.abort()

    def _preflight(self, request: Request, route: Route) -> Answer:
        options = self.options
        headers = cors.preflight_headers(request.headers, route.allow, options.allowed_origins, options.dialect)
        if options.cookie and route.place == "session":
            headers["Set-Cookie"] = set_cookie(
                request.headers.get("cookie"), secure=request.secure, node=options.node
            )
        return Answer(204, headers)


def _naming(emit: Emit, prefix: str) -> Emit:
    def named(kind: str, /, **data: object) -> None:
        emit(kind, endpoint=prefix, **data)

    return named
