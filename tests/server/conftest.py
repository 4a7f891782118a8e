"""Servers and clients for the tests of the server; a test fails where the server logs a warning or worse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDictProxy

from lab.events import EventLog
from lab.server import services
from lab.server.host import LabServer
from lab.server.mounting import mount
from lab.server.options import ServerOptions

PATIENCE_S = 5.0


class Answer(NamedTuple):
    """A whole HTTP answer."""

    status: int
    text: str
    headers: CIMultiDictProxy[str]


class Wire:
    """A TCP connection that shows exactly what the server writes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""

    async def request(self, method: str, path: str, *headers: str, http: str = "1.1", body: bytes = b"") -> None:
        """Write a request, and read the head of its answer into `head`."""
        lines = [f"{method} {path} HTTP/{http}", "Host: server.test", *headers]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(PATIENCE_S):
            self.head = await self.reader.readuntil(b"\r\n\r\n")

    async def chunk(self) -> bytes:
        """The next chunk of a chunked body; empty at its end."""
        async with asyncio.timeout(PATIENCE_S):
            size = int(await self.reader.readline(), 16)
            return (await self.reader.readexactly(size + 2))[:-2]

    async def rest(self) -> bytes:
        """All bytes until the server ends the connection."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read()

    async def close(self) -> None:
        """End the connection and wait until it has ended."""
        self.writer.close()
        await asyncio.wait([asyncio.ensure_future(self.writer.wait_closed())])  # noqa: TID251


Serve = Callable[..., Awaitable[str]]
Fetch = Callable[..., Awaitable[Answer]]
Connect = Callable[[str], Awaitable[Wire]]


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Neither bad input nor clients that go leave anything in the log; a test that uses `loud` may."""
    yield
    if "loud" not in request.fixturenames:
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.fixture
def loud() -> None:
    """For tests in which the log has something to say."""


@pytest.fixture
def log() -> EventLog:
    """The events of the servers of the test."""
    return EventLog()


@pytest.fixture
def skin() -> str:
    """Who speaks HTTP: ``lab``, or ``aiohttp`` for an endpoint in an application."""
    return "lab"


@pytest.fixture
async def serve(log: EventLog, skin: str) -> AsyncIterator[Serve]:
    """Starts a server with the given options and returns the URL of its endpoint."""
    async with AsyncExitStack() as stack:

        async def start(
            service: str = "echo", *, files: dict[str, tuple[str, bytes]] | None = None, **options: Any
        ) -> str:
            emit = log.bind("server")
            if skin == "lab":
                server = LabServer(ServerOptions(**options), service=service, emit=emit, files=files)
                stack.push_async_callback(server.stop)
                await server.start()
                return f"http://127.0.0.1:{server.port}/echo"
            app = web.Application()
            mount(app, "/echo", services.find(service)(), ServerOptions(**options), emit)
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}/echo"

        yield start


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that keeps no cookies and follows no redirects by itself."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session:
        yield session


@pytest.fixture
def fetch(client: aiohttp.ClientSession) -> Fetch:
    """Makes one request and returns the whole answer."""

    async def fetch(method: str, url: str, **options: Any) -> Answer:
        async with client.request(method, url, **options) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    return fetch


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens a TCP connection to the server of a URL."""
    wires: list[Wire] = []

    async def connect(url: str) -> Wire:
        parts = urlsplit(url)
        wire = Wire(*await asyncio.open_connection(parts.hostname, parts.port))
        wires.append(wire)
        return wire

    yield connect
    for wire in wires:
        wire.writer.transport.abort()
