"""What the steps of one case work on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from lab.browser.engine import EngineFailure, PageError, Tab
from lab.errors import LabError
from lab.events import Event, EventLog
from lab.runner.cover import Cover
from lab.runner.measuring import MeasuringLock
from lab.runner.nodes import Action, How
from lab.scenario.client import Client
from lab.scenario.step import MAIN
from lab.scenario.steps.network import ChangeNetwork
from lab.timeline.join import session_path
from lab.timeline.results import Check


class Recorder(Protocol):
    """The client in the page, as the steps use it (lab.browser.recorder.Recorder is one)."""

    failed: "asyncio.Future[EngineFailure]"
    """Done as soon as the page can no longer be recorded."""

    async def connect(
        self, url: str, options: Mapping[str, Any], connection: str = "main", *, raw: bool = False
    ) -> None:
        """Create the client; PageError with what it throws."""

    async def send(self, text: str, connection: str = "main") -> None:
        """Send one message; PageError with what it throws."""

    async def send_all(self, texts: Sequence[str], connection: str = "main", *, rate: float | None = None) -> None:
        """Send messages from within the page, so many per second; PageError with what it throws."""

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        """Close the client; PageError with what it throws."""

    def name_of(self, connection: str = "main") -> str:
        """What the events call the connection that the present page calls so."""

    async def drain(self) -> None:
        """Have everything in the log that the page has seen by now."""

    async def stop(self) -> None:
        """Fetch the last events and end recording."""


class Server(Protocol):
    """The server's own end of the case's sessions."""

    def push(self, session: str | None, text: str) -> None:
        """Send a message in the session of that id, or in the newest raw one; StepFailed where there is none."""

    def close(self, session: str | None, code: int, reason: str) -> None:
        """Close it; StepFailed where there is none."""


class Changes:
    """What steps do to the network and to the server nodes; this one, for cases without, does nothing.

    lab.runner.network_side.NetworkSide is the one that does.
    """

    @property
    def server_failed(self) -> "asyncio.Future[LabError] | None":
        """Done as soon as a server has ended that no step has stopped."""
        return None

    def begin(self) -> None:
        """The client is about to be created: the times of behaviours are counted from now on."""

    async def change(self, step: ChangeNetwork) -> None:
        """Change what a hop does."""

    async def serve(self, action: Action, node: str | None, how: How, *, away_s: float = 0.0) -> None:
        """Stop, start or restart a server node."""


class StepFailed(Exception):
    """A step did not go as the scenario says: the product's failure, not the lab's."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}; {actual}")
        self.expected = expected
        self.actual = actual


class NeverOpened(Exception):
    """The client has given up before it was open: the steps that follow have nothing to work on."""


def closing(event: Event) -> str:
    """The code and reason of a close event, to be put behind a verb: `` with 1006 (Server lost session)``."""
    reason = event.data.get("reason")
    return f" with {event.data.get('code')}" + (f" ({reason})" if reason else "")


@contextlib.contextmanager
def refused(expected: str) -> Iterator[None]:
    """What the client throws at a step is the step's failure."""
    try:
        yield
    except PageError as error:
        raise StepFailed(expected, f"it threw {error}") from error


@contextlib.contextmanager
def must_throw(part: str) -> Iterator[None]:
    """The client must throw, with this in its message, whatever the case; StepFailed where it does not."""
    expected = f"the client to throw {part!r}"
    try:
        yield
    except PageError as error:
        if part.lower() not in str(error).lower():
            raise StepFailed(expected, f"it threw {error}") from error
    else:
        raise StepFailed(expected, "it threw nothing")


@dataclass
class OpenTab:
    """One tab of the case's browser."""

    tab: Tab
    recorder: Recorder

    async def settled(self) -> None:
        """Wait until what the page had seen is in the log; a page without a recorder has seen nothing.

        A page that goes just then is no failure: if it is gone for good, `Recorder.failed` says so.
        """
        with contextlib.suppress(PageError, EngineFailure, TimeoutError):
            # A page without a recorder may be left for one that has it: the recorder would wait for that.
            await asyncio.wait_for(self.recorder.drain(), _SETTLES_S)


_SETTLES_S = 1.0
"""How long a page may take to tell what it has seen."""


async def _no_tab(name: str) -> OpenTab:
    raise StepFailed(f"a tab called {name}", "this browser has one only")


@dataclass
class Stage:
    """One case while its steps run."""

    tabs: dict[str, OpenTab]
    """By name; the first is `MAIN`."""
    log: EventLog
    client: Client
    endpoint: str
    """The URL given to the client: ``http://app.localhost:41234/echo``."""
    lock: MeasuringLock
    server: Server
    folder: Path
    """Where the case's files go."""
    engine: str = ""
    page: str = "about:blank"
    """The URL of the lab's own page."""
    waits: Callable[[str], None] = lambda what: None
    """Told what the case waits for, for the live display."""
    network: Changes = field(default_factory=Changes)
    open_tab: Callable[[str], Awaitable[OpenTab]] = _no_tab
    """Opens another tab with the page."""
    cover: Cover | None = None
    """Holds the lock where the page makes its clients itself; None where `connect` does."""
    checks: list[Check] = field(default_factory=list)
    """What the step that runs has held against the events and found to be so."""
    artefacts: dict[str, str] = field(default_factory=dict)
    """Files that the steps have kept, by kind."""
    homes: dict[str, str] = field(default_factory=dict)
    """The tab that each connection is in, where it is not the first."""
    names: dict[str, str] = field(default_factory=dict)
    """What the events call each connection, where that is not its own name: see `Recorder.name_of`."""
    read: dict[str, int] = field(default_factory=dict)
    """How many of the log's events the receive steps of each connection have consumed."""

    def is_of(self, event: Event, connection: str) -> bool:
        """Whether the browser's event is of the connection that the steps call so."""
        return event.vantage == "browser" and event.data.get("connection", MAIN) == self.name_of(connection)

    def name_of(self, connection: str) -> str:
        """What the events call the connection that the steps call so.

        Of those that a page makes itself, it is the present document's, unless the name says of which (``main@2``).
        """
        if connection in self.names or self.cover is None or {"@", ":"} & set(connection):
            return self.names.get(connection, connection)
        return self.home_of(connection).recorder.name_of(connection)

    def tab(self, name: str) -> OpenTab:
        """The tab of this name; StepFailed where the browser has none."""
        if name not in self.tabs:
            raise StepFailed(f"a tab called {name}", f"there is {', '.join(self.tabs)}")
        return self.tabs[name]

    def home_of(self, connection: str) -> OpenTab:
        """The tab that the connection is in."""
        return self.tab(self.homes.get(connection, MAIN))

    async def wait(
        self, wanted: Callable[[Event], bool], within_ms: float, *, connection: str = MAIN, since: int = 0
    ) -> Event | None:
        """The first browser event of the connection from ``since`` on that is wanted; None when the time is up."""
        return await self.log.wait_for(
            lambda event: self.is_of(event, connection) and wanted(event), timeout_s=within_ms / 1000, since=since
        )

    def closed(self, connection: str = MAIN) -> Event | None:
        """The connection's close event, where there has been one."""
        return next(self.seen("client.close", connection), None)

    def seen(self, kind: str, connection: str) -> Iterator[Event]:
        """The browser's events of this kind on the connection, in the order in which they became known."""
        return (event for event in self.log if event.kind == kind and self.is_of(event, connection))

    def session(self, connection: str) -> str | None:
        """The id of the session that the connection is open on; None where it is a raw websocket.

        Raises:
            StepFailed: It never opened.
        """
        opened = list(self.seen("attempt.open", connection))
        if not opened:
            raise StepFailed("an open connection", f"{connection} never opened")
        transport = opened[-1].data.get("transport")
        started = [e for e in self.seen("attempt.start", connection) if e.data.get("transport") == transport]
        found = session_path(str(started[-1].data.get("url", "")), str(transport))
        return found[1].rpartition("/")[2] if found else None
