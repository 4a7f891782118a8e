"""The lab's own server: SockJS endpoints, and the files of the lab's page."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence

from aiohttp import web

from lab.errors import EnvironmentFailure
from lab.events import Emit, ignore
from lab.server import hixie76, mounting, services
from lab.server.connection import HEADER_S, IDLE_S, Connection, Counter
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Request
from lab.server.options import ServerOptions
from lab.server.requests import RequestLog
from lab.server.suite import Mounted

_log = logging.getLogger("lab.server.http")
_log.addFilter(mounting.is_our_matter)

BACKLOG = 1024
"""Connections that may wait to be accepted."""

File = tuple[str, bytes]
"""Content type and content."""


class LabServer:
    """A server for one case: start it, take its `port`, stop it."""

    def __init__(
        self,
        options: ServerOptions | None = None,
        *,
        service: str = "echo",
        prefix: str = "/echo",
        emit: Emit = ignore,
        files: Mapping[str, File] | None = None,
        beside: Sequence[Mounted] = (),
    ) -> None:
        """A server that does not run yet.

        Args:
            options: How the endpoint behaves.
            service: The name of a test service (a file in lab/server/services/).
            prefix: Where the endpoint is.
            emit: Where events go; its vantage is the caller's.
            files: The page's files by their exact path.
            beside: Further endpoints.

        Raises:
            UsageError: there is no such service.
        """
        self._files = dict(files or {})
        self._log = None if emit is ignore else RequestLog(emit)
        self.endpoint = Endpoint(prefix, services.find(service)(), options, emit)
        """The SockJS endpoint; the first where there are several."""
        self._endpoints = [
            self.endpoint,
            *(Endpoint(each.prefix, services.find(each.service)(), each.options, emit) for each in beside),
        ]
        # What the lab's own connections leave to aiohttp.
        self._app = web.Application()
        for endpoint in self._endpoints:
            mounting.add(self._app, endpoint, self._log)
        self._app.router.add_route("*", "/{path:.*}", self._serve_file)
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._counter: Counter | None = None
        self.port = 0
        """The port it listens on, once it was started."""

    async def start(
        self, *, host: str = "127.0.0.1", port: int = 0, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            EnvironmentFailure: the port cannot be had.
        """
        # What is left of a connection after its session was closed gets no more grace than that.
        runner = web.AppRunner(
            self._app,
            handler_cancellation=True,
            access_log=None,
            logger=_log,
            shutdown_timeout=0.05,
            keepalive_timeout=IDLE_S,
        )
        self._runner = runner
        try:
            await runner.setup()
            usual = runner.server
            assert usual is not None
            counter = self._counter = Counter(
                self._endpoints,
                self._file,
                usual,
                lambda head: hixie76.find(head, self._endpoints, self._log),
                self._log,
            )
            self._listening = await asyncio.get_running_loop().create_server(
                lambda: Connection(counter),
                host,
                port,
                ssl=ssl_context,
                ssl_handshake_timeout=HEADER_S if ssl_context else None,
                backlog=BACKLOG,
            )
        except OSError as error:
            await self.stop()
            raise EnvironmentFailure(
                f"the server cannot listen on {host}:{port}: {error.strerror or error}",
                remedy="give another port, or 0 for a free one",
            ) from error
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Free the port, close the sessions with ``c[3000,"Go away!"]``, drop what is left. Safe to call again."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        # The application's shutdown closes the endpoints' sessions.
        await asyncio.shield(runner.cleanup())
        for connection in list(self._counter.open) if self._counter is not None else ():
            connection.close()

    async def kill(self) -> None:
        """Free the port and drop every connection without a word, as the end of the process would."""
        if self._listening is not None:
            self._listening.close()
        for endpoint in self._endpoints:
            endpoint.abort()
        for connection in list(self._counter.open) if self._counter is not None else ():
            connection.transport.abort()
        handlers = self._runner.server.connections if self._runner is not None and self._runner.server else ()
        for handler in handlers:
            if handler.transport is not None:
                handler.transport.abort()
        await self.stop()

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        told = mounting.tell(self._log, request)
        try:
            return await mounting.give(request, self._file(mounting.asked(request), request.path), told)
        except ConnectionError:
            if told is not None:
                told.ended(0, "client gone")
            return web.Response()

    def _file(self, request: Request, path: str) -> Answer:
        file = self._files.get(path)
        headers = {"Cache-Control": "no-store"}
        if file is None:
            return Answer(404, headers)
        if request.method not in ("GET", "HEAD"):
            return Answer(405, headers | {"Allow": "GET, HEAD"})
        return Answer(200, headers | {"Content-Type": file[0]}, file[1])
