r"""A kit for testing behaviours and hops: raw sockets as the browser and as the server, and a hop in between.

A test is a dialogue written down in order, so that nothing needs to be waited for by the clock::

    async with Bench(NoUpgrade()) as bench:
        browser = await bench.connect()
        await browser.send("GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\n...")
        server = await bench.accept()
        assert "upgrade" not in (await server.head()).headers
"""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.topology import HopSpec, Network, server_names, server_uses_tls
from lab.network.witness import PATIENCE_S, Witness


@dataclass(frozen=True)
class Head:
    """The head of a request or of a response."""

    start: str
    """The request line or the status line."""
    headers: dict[str, str]
    """By lower-case name; the last one where a name is repeated."""
    lines: list[str]
    """The header lines as they were sent."""


class Wire:
    """One end of a TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def send(self, data: str | bytes) -> None:
        """Send ``data`` as it is."""
        self.writer.write(data.encode() if isinstance(data, str) else data)
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; the last one where ``data`` is empty."""
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def head(self) -> Head:
        """Read the head of the next message."""
        raw = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        start, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
        return Head(start, headers, lines)

    async def read(self, size: int) -> bytes:
        """Read exactly ``size`` bytes."""
        return await asyncio.wait_for(self._reader.readexactly(size), PATIENCE_S)

    async def read_chunk(self) -> bytes:
        """Read one chunk of a chunked body."""
        size = await asyncio.wait_for(self._reader.readuntil(b"\r\n"), PATIENCE_S)
        return (await self.read(int(size, 16) + 2))[:-2]

    async def some(self) -> bytes:
        """Read what comes next, of whatever size; nothing where the other end has closed."""
        return await asyncio.wait_for(self._reader.read(65536), PATIENCE_S)

    async def rest(self) -> bytes:
        """Read until the other end has closed; raises ConnectionResetError where it resets."""
        return await asyncio.wait_for(self._reader.read(), PATIENCE_S)

    async def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Begin TLS as its client."""
        await asyncio.wait_for(self.writer.start_tls(context, server_hostname=name), PATIENCE_S)

    def abort(self) -> None:
        """Close at once."""
        self.writer.transport.abort()

    async def close(self) -> None:
        """Close, and wait until it is closed."""
        self.writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            await asyncio.wait_for(self.writer.wait_closed(), PATIENCE_S)


class Bench(Witness):
    """A network between a raw browser and a raw server."""

    def __init__(
        self,
        *behaviours: Behaviour,
        hops: Sequence[HopSpec] | None = None,
        proxy: Literal["forward", "reverse"] = "reverse",
        scheme: Literal["http", "https"] = "http",
        origin: Literal["same", "cross"] = "same",
        authority: Authority | None = None,
        nodes: Sequence[str] = (),
        distrusted: Authority | None = None,
    ) -> None:
        """Prepare a bench with one hop that has ``behaviours``, or with all of ``hops``; ``nodes`` for a balancer."""
        self.log = EventLog()
        self.authority = authority or Authority()
        self.network: Network
        self._hops = hops if hops is not None else [HopSpec("hop1", proxy, behaviours=list(behaviours))]
        self._scheme: Literal["http", "https"] = scheme
        self._origin: Literal["same", "cross"] = origin
        self._accepted: asyncio.Queue[Wire] = asyncio.Queue()
        self._wires: list[Wire] = []
        self._nodes = tuple(nodes)
        self._distrusted = distrusted
        self._names: dict[int, str] = {}
        self._open: dict[str, Wire] = {}
        self._servers: list[asyncio.Server] = []

    async def __aenter__(self) -> Self:
        tls = server_uses_tls(self._hops, self._scheme)
        context = self.authority.server_context(server_names()) if tls else None
        for name in self._nodes or ("server",):
            server = await asyncio.start_server(self._came, "127.0.0.1", 0, ssl=context)
            self._servers.append(server)
            self._names[server.sockets[0].getsockname()[1]] = name
        ports = {name: port for port, name in self._names.items()}
        self.network = Network(
            self._hops,
            scheme=self._scheme,
            origin=self._origin,
            log=self.log,
            authority=self.authority,
            distrusted=lambda: self._distrusted or self.authority,
        )
        try:
            await self.network.start(ports)
        except BaseException:
            await self.__aexit__()
            raise
        # As in a case whose client has been created: now every behaviour acts.
        self.network.clock.begin()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.network.stop()
        for wire in self._wires:
            await wire.close()
        for server in self._servers:
            server.close()
            await server.wait_closed()

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        self._wires.append(wire)
        self._accepted.put_nowait(wire)

    async def connect(self) -> Wire:
        """A new connection of the browser to the first hop."""
        wire = Wire(*await asyncio.open_connection("127.0.0.1", self.network.hops[0].port))
        self._wires.append(wire)
        return wire

    async def accept(self) -> Wire:
        """The next connection that the server was given."""
        return await asyncio.wait_for(self._accepted.get(), PATIENCE_S)

    async def exchanged(self, node: str) -> Wire:
        """The connection on which the node has got the head of its next request, after reading it."""
        wire = self._open.get(node)
        if wire is None:
            wire = await self.accept()
            self._open[self._names[wire.writer.get_extra_info("sockname")[1]]] = wire
        assert node in self._open, f"the request went to {', '.join(self._open)}"
        await wire.head()
        return wire

    @property
    def reached(self) -> bool:
        """Whether the server was given a connection that was not accepted yet."""
        return not self._accepted.empty()

    def figures(self, vantage: str, kind: str, key: str) -> list[Any]:
        """One key of each event of a kind at ``vantage``."""
        return [event.data[key] for event in self.events(vantage, kind)]


@contextlib.asynccontextmanager
async def mitmdump(script: Path | Sequence[Path], *options: str, mode: str, confdir: Path) -> AsyncIterator[int]:
    """A bare mitmdump that runs ``script`` on its own, without the lab; yields the port that it listens on.

    Args:
        script: The behaviour's file, or those of several.
        options: ``name=value`` for each ``--set``.
        mode: ``regular`` or ``reverse:http://127.0.0.1:8080``.
        confdir: A folder for its certificates.
    """
    scripts = [script] if isinstance(script, Path) else script
    settings = ["listen_host=127.0.0.1", f"confdir={confdir}", *options]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("mitmdump")),
        *("--mode", mode, "-p", "0"),
        *(word for each in scripts for word in ("-s", str(each))),
        *(word for setting in settings for word in ("--set", setting)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    try:
        while b"listening at" not in said:
            line = await asyncio.wait_for(process.stdout.readline(), 4 * PATIENCE_S)
            assert line, f"mitmdump ended: {said.decode()}"
            said = said + line
        # It listens for a moment even where it is about to end because of the script.
        assert b"error in script" not in said, said.decode()
        assert all(f"Loading script {each}".encode() in said for each in scripts), said.decode()
        yield int(said.split()[-1].rstrip(b".").rpartition(b":")[2])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
