"""The protocol's rules, one test each, over sockets, against the test services under their usual URLs.

They run against the lab's own server, once for each text of the protocol; with ``SOCKJS_URL=http://host:port`` in the
environment against any other one that offers the services (and follows the current text).
"""

import asyncio
import contextlib
import itertools
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
import pytest

from lab.server import suite
from lab.server.dialects import DIALECTS, Dialect
from lab.server.host import LabServer
from lab.server.options import ServerOptions

PATIENCE_S = 5.0
OTHER = os.environ.get("SOCKJS_URL")


class Answer(NamedTuple):
    """A whole answer; `headers` by their names in small letters."""

    status: int
    headers: dict[str, str]
    body: str


class Line:
    """One connection, on which requests are written byte by byte as a test wants them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.status = 0
        self.headers: dict[str, str] = {}

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: str = "", http: str = "1.1"
    ) -> None:
        """Write a request and read its answer's head."""
        content = body.encode()
        lines = {"Host": "sockjs.test"} | (headers or {})
        if method == "POST":
            lines.setdefault("Content-Length", str(len(content)))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(f"{method} {path} HTTP/{http}\r\n{head}\r\n".encode() + content)
        await self.read_head()

    async def read_head(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        self.status = int(first.split(" ")[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}

    async def exactly(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readexactly(size)

    async def chunk(self) -> str:
        """The next chunk of a chunked body; empty at its end."""
        async with asyncio.timeout(PATIENCE_S):
            size = int(await self.reader.readline(), 16)
            return (await self.reader.readexactly(size + 2))[:-2].decode()

    async def body(self) -> str:
        """The body of an answer, however it says where it ends."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            chunks: list[str] = []
            while not chunks or chunks[-1]:
                chunks.append(await self.chunk())
            return "".join(chunks)
        if "content-length" in self.headers:
            return (await self.exactly(int(self.headers["content-length"]))).decode()
        return (await self.rest()).decode()

    async def rest(self) -> bytes:
        """All until the server ends the connection."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read()

    def cut(self) -> None:
        """End the connection without a word."""
        self.writer.transport.abort()

    async def cut_now(self) -> None:
        """The same; it is done when this returns."""
        self.cut()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


class Rules:
    """Rules that hold for many URLs."""

    @staticmethod
    def is_not_cached(answer, dialect) -> None:
        assert answer.headers["cache-control"] == dialect.not_cached
        assert "expires" not in answer.headers
        assert "last-modified" not in answer.headers

    @staticmethod
    def is_kept_for_a_year(answer) -> None:
        assert re.search("public", answer.headers["cache-control"])
        assert re.search("max-age=[1-9][0-9]{6}", answer.headers["cache-control"])
        assert answer.headers["expires"]

    @staticmethod
    def allows(answer, origin: str, dialect: Dialect | None = None) -> None:
        """`dialect` where the request names no origin: the texts disagree on what that means for cookies."""
        assert answer.headers["access-control-allow-origin"] == origin
        with_cookies = dialect is None or dialect.credentials_for_all
        assert answer.headers.get("access-control-allow-credentials") == ("true" if with_cookies else None)

    @staticmethod
    def is_type(answer, value: str) -> None:
        assert answer.headers["content-type"].replace(" ", "") == value.replace(" ", "")


@pytest.fixture
def ours() -> bool:
    """Whether it is the lab's own server, of which more is asked than the text says."""
    return OTHER is None


@pytest.fixture
def rules() -> type[Rules]:
    """Rules that hold for many URLs."""
    return Rules


@pytest.fixture(params=["current", "0.3.3"] if OTHER is None else ["current"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """The text's own answers."""
    return DIALECTS[request.param]


@pytest.fixture
async def top(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The URL below which the services are."""
    if OTHER is not None:
        yield OTHER
        return
    chosen = (
        request.node.callspec.params.get("dialect", "current") if hasattr(request.node, "callspec") else "current"
    )
    options = ServerOptions(protocol=chosen)
    first, *others = suite.endpoints(options, protocol_test=True)
    server = LabServer(first.options, beside=others)
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


@pytest.fixture
async def connect(top: str) -> AsyncIterator[Callable]:
    """Opens connections."""
    lines: list[Line] = []
    parts = urlsplit(top)

    async def connect() -> Line:
        lines.append(Line(*await asyncio.open_connection(parts.hostname, parts.port)))
        return lines[-1]

    yield connect
    for line in lines:
        line.cut()


@pytest.fixture
def ask(connect: Callable) -> Callable:
    """Makes one request on a connection of its own and reads the whole answer."""

    async def ask(method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> Answer:
        line = await connect()
        await line.ask(method, path, {"Connection": "close"} | (headers or {}), body)
        body = "" if line.status in (204, 304) or method == "HEAD" else await line.body()
        # There is nothing behind the answer.
        assert await line.rest() == b""
        return Answer(line.status, line.headers, body)

    return ask


@pytest.fixture
async def websocket(top: str) -> AsyncIterator[Callable]:
    """Opens websockets."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as client:
        yield lambda path: client.ws_connect(top + path)


_COUNT = itertools.count()
_RUN = secrets.token_hex(4)


@pytest.fixture
def session() -> Callable[..., str]:
    """The path of a new session below a service."""
    return lambda service="echo": f"/{service}/000/{_RUN}{next(_COUNT)}"
