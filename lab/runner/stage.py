"""What the steps of one case work on."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lab.browser.engine import PageError
from lab.events import Event, EventLog
from lab.runner.measuring import MeasuringLock
from lab.scenario.model import Client


class Recorder(Protocol):
    """The client in the page, as the steps use it (lab.browser.recorder.Recorder is one)."""

    async def connect(self, url: str, options: Mapping[str, Any], connection: str = "main") -> None:
        """Create the client; PageError with what it throws."""

    async def send(self, text: str, connection: str = "main") -> None:
        """Send one message; PageError with what it throws."""

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        """Close the client; PageError with what it throws."""


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


@dataclass
class Stage:
    """One case while its steps run."""

    recorder: Recorder
    log: EventLog
    client: Client
    endpoint: str
    """The URL given to the client: ``http://app.localhost:41234/echo``."""
    lock: MeasuringLock
    waits: Callable[[str], None] = lambda what: None
    """Told what the case waits for, for the live display."""
    read: int = field(default=0)
    """How many of the log's events the receive steps have consumed."""

    async def wait(self, wanted: Callable[[Event], bool], within_ms: float, *, since: int = 0) -> Event | None:
        """The first browser event from ``since`` on that is wanted, or None when the time is up."""
        return await self.log.wait_for(
            lambda event: event.vantage == "browser" and wanted(event), timeout_s=within_ms / 1000, since=since
        )

    def closed(self) -> Event | None:
        """The client's close event, where there has been one."""
        found = (event for event in self.log if event.vantage == "browser" and event.kind == "client.close")
        return next(found, None)
