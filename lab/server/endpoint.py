"""A SockJS endpoint below a prefix of an aiohttp application."""

import asyncio
import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from lab.events import Emit, ignore
from lab.server import cors
from lab.server.answers import refusal
from lab.server.cookies import set_cookie
from lab.server.options import ServerOptions
from lab.server.receivers import LiveReceiver
from lab.server.requests import RequestLog, log_of
from lab.server.routes import Route, find_routes
from lab.server.service import Service
from lab.server.sessions import Sessions, TooMany
from lab.sockjs import paths

CLOSE_S = 0.25
"""How long clients have to take the close frame when the endpoint closes."""
WATCH_S = 1.0
"""How often connections are looked after where aiohttp does not cancel the handlers of clients that went."""


class Endpoint:
    """A service under one prefix, with its own sessions. Made by `mount`."""

    def __init__(
        self, prefix: str, service: Service, options: ServerOptions, emit: Emit, log: RequestLog | None
    ) -> None:
        self.prefix = prefix
        self.options = options
        self.log = log
        """Where requests are written down; None where nobody wants events."""
        self.sessions = Sessions(service, options.settings(), emit, limit=options.session_limit)
        self.direct = False
        """Whether nobody else looks at responses, so that they can be written without aiohttp's help."""
        self.closing = False
        self._routes = find_routes()
        self._skipped = len(prefix)
        self._watch: asyncio.TimerHandle | None = None
        self._receivers: set[LiveReceiver] = set()
        self._empty: asyncio.Future[None] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        path = paths.parse(request.rel_url.raw_path[self._skipped :])
        try:
            if self.log is None:
                return await self._serve(request, path)
            return await self.log.follow(
                request,
                lambda request: self._serve(request, path),
                session=path.session if path else "",
                transport=path.name if path else "",
            )
        except ConnectionError:
            # The client has gone, which aiohttp would log as an error of the server. It notices by itself when it
            # comes to write this.
            return web.Response()

    def watch(self) -> None:
        """Look after connections from now on, as long as there are sessions over HTTP."""
        if self._watch is None and not self.closing:
            self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._look)

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
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self.sessions.clear()
        if self._receivers:
            self._empty = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._empty], timeout=within_s)
        for receiver in list(self._receivers):
            receiver.abort()

    async def _serve(self, request: web.Request, path: paths.Path | None) -> web.StreamResponse:
        route = self._routes.get((bool(path.session), path.name)) if path else None
        if path is None or route is None:
            return refusal(request, self.options, 404)
        method = request.method
        if method in route.methods or (method == "HEAD" and route.place == "top" and "GET" in route.methods):
            if self.closing:
                return refusal(request, self.options, 503)
            try:
                return await route.handle(request, self, path)
            except TooMany:
                return refusal(request, self.options, 503)
        if method == "OPTIONS" and route.shared:
            return self._preflight(request, route)
        return web.Response(status=405, headers={"Allow": route.allow})

    def _preflight(self, request: web.Request, route: Route) -> web.Response:
        options = self.options
        headers = cors.preflight_headers(
            request.headers, route.allow, options.allowed_origins, options.dialect.null_origin
        )
        if self.options.cookie and route.place == "session":
            headers["Set-Cookie"] = set_cookie(request.headers.get("Cookie"), secure=request.secure)
        return web.Response(status=204, headers=headers)

    def _look(self) -> None:
        self._watch = None
        for session in self.sessions:
            session.watch()
        if len(self.sessions):
            self.watch()


def mount(
    app: web.Application,
    prefix: str,
    service: Service,
    options: ServerOptions | None = None,
    emit: Emit = ignore,
) -> Endpoint:
    """Add a SockJS endpoint to an aiohttp application.

    Run the application with ``handler_cancellation=True`` to have clients that went noticed at once; without it
    they are noticed within `WATCH_S`. The sessions are closed when the application shuts down. That a client sends
    what is no HTTP is no longer logged by aiohttp, with a traceback, as an error of the server. Handshakes of draft
    76 need `LabServer`, since aiohttp's parsers refuse them.

    Args:
        app: An application that does not run yet.
        prefix: The path that clients are given, such as ``/echo``; empty for the whole application.
        service: What handles the sessions.
        options: How the endpoint behaves.
        emit: Where its events go.

    Raises:
        ValueError: the prefix does not begin with a slash, or ends with one.
    """
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise ValueError(f"expected a prefix such as '/echo', got {prefix!r}")
    log = None if emit is ignore else log_of(app, emit)
    endpoint = Endpoint(prefix, service, options or ServerOptions(), emit, log)
    # Two routes, since the router finds a prefix that ends before a slash without trying every other route.
    if prefix:
        app.router.add_route("*", prefix, endpoint.handle)
    app.router.add_route("*", prefix + "/{rest:.*}", endpoint.handle)

    async def close(app: web.Application) -> None:
        await endpoint.close()

    app.on_shutdown.append(close)
    logging.getLogger("aiohttp.server").addFilter(is_our_matter)
    return endpoint


def is_our_matter(record: logging.LogRecord) -> bool:
    """Whether a record of aiohttp's says something of the server: that a client sends nonsense does not."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
