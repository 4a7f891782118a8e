"""What the tests of this room need: something to load, a proxy, and fake commands."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from lab.browser.engine import Tab
from lab.browser.find import locate
from lab.browser.recorder import Recorder
from lab.events import Event, EventLog
from lab.tasks import end, spawn

OPEN_S = 20.0
OF_REQUESTS = ("request", "response", "response.data", "response.end", "ws.close")
"""The kinds by which a page tells of requests: test_page_requests.py."""


def need(name: str) -> None:
    """Fail here, with the remedy at hand, where engine ``name`` is not installed: the set-up installs it."""
    locate(name)


def is_alive(pid: int) -> bool:
    """Whether process ``pid`` runs: one that ended and was not waited for does not count."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Site:
    """An HTTP server with one handler, for what the lab's own server does not do."""

    def __init__(self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        self.port = 0
        self._runner = web.ServerRunner(web.Server(answer, handler_cancellation=True), shutdown_timeout=0.05)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()


class Page:
    """The lab's page in a tab, recorded."""

    def __init__(self, tab: Tab, origin: str) -> None:
        self.tab = tab
        self.origin = origin
        self.endpoint = f"{origin}/echo"
        self.log = EventLog()
        self.recorder = Recorder(tab, self.log)

    async def start(self) -> None:
        await self.tab.goto(f"{self.origin}/lab/page.html")
        await self.recorder.start()

    async def connect(self, *transports: str, connection: str = "main", **options: object) -> None:
        await self.recorder.connect(self.endpoint, {"transports": transports, **options}, connection)

    async def until(self, kind: str, **data: object) -> Event:
        """The first event of ``kind`` with ``data``."""
        event = await self.log.wait_for(
            lambda event: event.kind == kind and data.items() <= dict(event.data).items(), timeout_s=OPEN_S
        )
        assert event is not None, f"no {kind} among {[event.as_json() for event in self.log]}"
        return event

    def seen(self, *kinds: str) -> list[Event]:
        return [event for event in self.log if event.vantage == "browser" and event.kind in kinds]


class OpenProxy:
    """A forward proxy that notes the first line of each connection and sends everything to one port."""

    def __init__(self, target: int) -> None:
        self.lines: list[str] = []
        self.url = ""
        self._target = target
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            await end(task)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = spawn(self._relay(reader, writer), name="proxy")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = None
        try:
            line = await reader.readline()
            self.lines.append(line.decode("ascii", "replace").strip())
            answers, upstream = await asyncio.open_connection("127.0.0.1", self._target)
            if line.startswith(b"CONNECT"):
                while (await reader.readline()).strip():
                    pass
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.write(line)  # In absolute form, which an origin server accepts too.
            ways = [spawn(_copy(reader, upstream), name="up"), spawn(_copy(answers, writer), name="down")]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    await end(way)
        except OSError:
            return
        finally:
            writer.transport.abort()
            if upstream is not None:
                upstream.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


class Commands:
    """A folder of fake commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder.parent / "calls.txt"

    def add(self, name: str, script: str = "exit 0") -> Path:
        """A command that notes how it was called and runs ``script`` (shell)."""
        path = self.folder / name
        path.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\necho "{name} $*" >> "{self._log}"\n{script}\n')
        path.chmod(0o755)
        return path

    def calls(self) -> list[str]:
        """How the commands were called, in order."""
        return self._log.read_text().splitlines() if self._log.exists() else []
