"""Endpoints in applications of aiohttp's: the skin for everybody's own, and for odd requests to the lab's server."""

import asyncio
import logging

from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError

from lab.events import Emit, ignore
from lab.server import streaming
from lab.server.answers import refusal
from lab.server.endpoint import Endpoint, Found
from lab.server.exchange import Answer, Opening, Reception, Request
from lab.server.handshakes import handshake
from lab.server.options import ServerOptions
from lab.server.requests import RequestLog, Told
from lab.server.service import Service
from lab.server.streaming import AwaitedReceiver
from lab.server.websockets import WebsocketReceiver
from lab.sockjs.paths import Path

WATCH_S = 1.0
"""How often connections are looked after where aiohttp does not cancel the handlers of clients that went."""
_LOGS = web.AppKey("lab.logs", dict[Emit, RequestLog])
"""The logs of an application, by where their events go."""


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
    what is no HTTP is no longer logged by aiohttp, with a traceback, as an error of the server.

    Websockets of draft 76 (Chrome 6 to 13, Safari 5) cannot be had in this way: aiohttp's parsers refuse their
    handshake before any application sees it, and such clients fall back to HTTP. `LabServer` speaks it.

    Args:
        app: An application that does not run yet.
        prefix: The path that clients are given, such as ``/echo``; empty for the whole application.
        service: What handles the sessions.
        options: How the endpoint behaves.
        emit: Where its events go.

    Raises:
        ValueError: the prefix does not begin with a slash, or ends with one.
    """
    endpoint = Endpoint(prefix, service, options, emit)
    add(app, endpoint, None if emit is ignore else log_of(app, emit))
    return endpoint


def add(app: web.Application, endpoint: Endpoint, log: RequestLog | None) -> None:
    """Serve ``endpoint`` in ``app``; its requests are told to ``log``."""
    mounted = Mounted(endpoint, log)
    # Two routes, since the router finds a prefix that ends before a slash without trying every other route.
    if endpoint.prefix:
        app.router.add_route("*", endpoint.prefix, mounted.handle)
    app.router.add_route("*", endpoint.prefix + "/{rest:.*}", mounted.handle)

    async def close(app: web.Application) -> None:
        mounted.close()
        await endpoint.close()

    app.on_shutdown.append(close)
    logging.getLogger("aiohttp.server").addFilter(is_our_matter)


def log_of(app: web.Application, emit: Emit) -> RequestLog:
    """The one log of ``app`` that emits to ``emit``: several endpoints number their requests through."""
    logs: dict[Emit, RequestLog] = app.setdefault(_LOGS, {})
    return logs.get(emit) or logs.setdefault(emit, RequestLog(emit))


def is_our_matter(record: logging.LogRecord) -> bool:
    """Whether a record of aiohttp's says something of the server: that a client sends nonsense does not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


def tell(
    log: RequestLog | None, request: web.Request, endpoint: Endpoint | None = None, path: Path | None = None
) -> Told | None:
    """Tell ``log`` that ``request`` has come; None where there is no log."""
    if log is None:
        return None
    return log.came(
        method=request.method,
        target=request.raw_path,
        http=f"{request.version.major}.{request.version.minor}",
        headers=request.headers.items(),
        upgrade="upgrade" in request.headers.get("Connection", "").lower() and "Upgrade" in request.headers,
        endpoint=endpoint,
        path=path,
    )


async def give(request: web.Request, answer: Answer, told: Told | None) -> web.StreamResponse:
    """Write a whole answer.

    Written here and not later by aiohttp, so that it is known when the client went with it.

    Raises:
        ConnectionError: the client has gone.
    """
    response = web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)
    if answer.closes:
        response.force_close()
    await response.prepare(request)
    if told is not None:
        told.answered(response.status, response.headers.items())
    await response.write_eof()
    if told is not None:
        told.ended(len(answer.body), "done")
    return response


def asked(request: web.Request, body: bytes = b"") -> Request:
    """The request as transports see it."""
    query = request.rel_url.raw_query_string
    return Request(request.method, request.headers, query, secure=request.secure, body=body)


class TooLarge(Exception):
    """A body is larger than allowed."""


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body of a request.

    Raises:
        TooLarge: it has more than ``limit`` bytes; what lies beyond was not read.
        aiohttp.web.RequestPayloadError: it is malformed, as in broken chunks.
    """
    if (request.content_length or 0) > limit:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


class Mounted:
    """An endpoint at work in an application."""

    def __init__(self, endpoint: Endpoint, log: RequestLog | None) -> None:
        self._endpoint = endpoint
        self._log = log
        self._watch: asyncio.TimerHandle | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        found = self._endpoint.parse(request.rel_url.raw_path)
        told = tell(self._log, request, self._endpoint, found[0] if found else None)
        try:
            return await self._serve(request, found, told)
        except (ConnectionError, asyncio.CancelledError) as error:
            if told is not None:
                told.ended(0, "client gone")
            if isinstance(error, asyncio.CancelledError):
                raise
            # aiohttp would log it as an error of the server. It notices by itself when it comes to write this.
            return web.Response()

    def close(self) -> None:
        """Look after connections no more."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _serve(self, request: web.Request, found: Found | None, told: Told | None) -> web.StreamResponse:
        endpoint, options = self._endpoint, self._endpoint.options
        body = b""
        if found is not None and found[1].takes_body and request.method in found[1].methods:
            refused = None
            try:
                async with asyncio.timeout(options.body_s):
                    body = await read_body(request, options.message_limit)
            except TimeoutError:
                refused = refusal(asked(request), options, 408, closes=True)
            except TooLarge:
                refused = refusal(asked(request), options, 413)
            except web.RequestPayloadError:
                refused = refusal(asked(request), options, 400)
            if refused is not None:
                return await give(request, refused, told)
        exchange = asked(request, body)
        outcome = endpoint.serve(exchange, found)
        if isinstance(outcome, Answer):
            return await give(request, outcome, told)
        if isinstance(outcome, Opening):
            return await self._open(request, exchange, outcome, told)
        assert found is not None
        if outcome.prelude is None:
            return await self._poll(request, found[0], outcome, told)
        return await self._stream(request, found[0], outcome, outcome.prelude, told)

    async def _poll(
        self, request: web.Request, path: Path, reception: Reception, told: Told | None
    ) -> web.StreamResponse:
        receiver = AwaitedReceiver(request.transport, reception)
        session = self._endpoint.sessions.find(path.session, path.name)
        session.attach(receiver)
        self._endpoint.enter(receiver)
        delivered = False
        try:
            if receiver.ended is None:
                self._look_later()
                await receiver.wait()
            if receiver.is_gone():
                raise ConnectionResetError("the client has gone")
            response = await give(request, Answer(200, reception.headers, b"".join(receiver.take())), told)
            delivered = True
            return response
        finally:
            self._endpoint.leave(receiver)
            if not delivered:
                # Where the client is gone, the handler is cancelled.
                session.undelivered(receiver)

    async def _stream(
        self, request: web.Request, path: Path, reception: Reception, prelude: bytes, told: Told | None
    ) -> web.StreamResponse:
        response = streaming.begin(request, reception)
        await response.prepare(request)
        if told is not None:
            told.answered(response.status, response.headers.items())
        await response.write(prelude)
        receiver = AwaitedReceiver(request.transport, reception)
        receiver.chunked = request.version >= HttpVersion11
        session = self._endpoint.sessions.find(path.session, path.name)
        session.attach(receiver)
        self._look_later()
        self._endpoint.enter(receiver)
        delivered = False
        try:
            await receiver.stream(response)
            delivered = True
        finally:
            self._endpoint.leave(receiver)
            if not delivered:
                session.undelivered(receiver)
            if told is not None:
                limit = receiver.ended is not None and receiver.ended.why == "limit"
                why = ("limit" if limit else "done") if delivered else "client gone"
                told.ended(len(prelude) + receiver.sent, why)
        return response

    async def _open(
        self, request: web.Request, exchange: Request, opening: Opening, told: Told | None
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=101, headers=handshake(exchange))
        response.force_close()
        writer = await response.prepare(request)
        if told is not None:
            told.answered(response.status, response.headers.items())
        transport = request.transport
        if transport is None or writer is None:
            raise ConnectionResetError("the client has gone")
        receiver = WebsocketReceiver(transport, self._endpoint, opening, told=told, drain=writer.drain)
        try:
            receiver.begin(opening)
            request.protocol.set_parser(receiver.parser)
            await receiver.wait()
        finally:
            receiver.connection_lost(None)
        return response

    def _look_later(self) -> None:
        """Look after connections from now on, as long as there are sessions over HTTP."""
        if self._watch is None and not self._endpoint.closing:
            self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._look)

    def _look(self) -> None:
        self._watch = None
        for session in self._endpoint.sessions:
            session.watch()
        if len(self._endpoint.sessions):
            self._look_later()
