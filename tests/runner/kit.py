"""What stands for browsers, pages and tries, so that the runner can be tested without any of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.browser.engine import EngineFailure
from lab.events import Event, EventLog
from lab.network.behaviour import Catalogue
from lab.runner.case import Tools
from lab.runner.conclude import Concluded
from lab.runner.measuring import MeasuringLock
from lab.runner.run import without_events
from lab.runner.stage import OpenTab, Stage
from lab.scenario.client import Client
from lab.scenario.matrix import Case
from lab.scenario.model import Scenario
from lab.texts import fnv1a
from lab.timeline.results import CaseResult, Outcome


def case(name: str = "one", engine: Any = "chromium", **scenario: Any) -> Case:
    """A case of a scenario that expects a websocket; keywords are keys of the scenario."""
    written = {"title": f"The scenario {name}", "expect": {"transport": "websocket"}, **scenario}
    return Case(f"{name}[{engine}]", Path(f"{name}.yaml"), engine, Scenario.model_validate(written))


def tools(folder: Path) -> Tools:
    """Tools whose lock is the test's own, and no authority: only plain http works with them."""
    return Tools(None, MeasuringLock(folder / "lock"), lambda path: Catalogue())  # type: ignore[arg-type] # unused


def concluded(of: Case, outcome: Outcome = "passed", message: str = "", **more: Any) -> Concluded:
    """The end of a try; keywords are `Concluded`'s, and ``artefacts``."""
    artefacts = more.pop("artefacts", {})
    result = without_events(of, outcome, message or ("" if outcome == "passed" else f"{outcome}, as told"))
    return Concluded(result.model_copy(update={"artefacts": artefacts}), **more)


def table(*rows: tuple[Any, ...]) -> list[Event]:
    """Events from rows of (time, vantage, kind, data)."""
    return [Event(time, vantage, kind, *data) for time, vantage, kind, *data in rows]


class FakeServer:
    """Stands for the server's end of the sessions: keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def push(self, session: str | None, text: str) -> None:
        self.told.append(("push", session, text))

    def close(self, session: str | None, code: int, reason: str) -> None:
        self.told.append(("close", session, code, reason))


def stage(recorder: Any, log: EventLog, folder: Path, **more: Any) -> Stage:
    """A stage with one tab whose page is the recorder's; keywords are `Stage`'s."""
    tabs = {"main": OpenTab(more.pop("tab", FakeTab("")), recorder)}
    given = {"client": Client(), "endpoint": "http://app.localhost:1/echo", "server": FakeServer(), **more}
    return Stage(tabs, log, lock=MeasuringLock(folder / "lock"), folder=folder, **given)


class Silent:
    """A teller that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *what: self.told.append((name, *what))

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """What it was told by one of its methods."""
        return [tuple(what) for told, *what in self.told if told == name]


class FakeEngine:
    """Stands for a browser whose tabs do nothing; ``breaks`` says where it fails."""

    def __init__(self, name: str = "chromium", breaks: str = "") -> None:
        self.name, self.version = name, "1.2.3"
        self.traces_cheaply = True
        self.breaks = breaks
        self.stopped = 0
        self.tabs: list[FakeTab] = []

    async def start(self) -> None:
        if self.breaks == "start":
            raise EngineFailure("the browser did not start", remedy="Install it.")

    async def open(self, *, proxy: str | None = None, trace: bool = False, **more: Any) -> Any:
        if self.breaks == "open":
            raise EngineFailure("the browser is gone")
        if self.breaks == "opens never":
            await asyncio.Event().wait()
        self.tabs.append(FakeTab(self.breaks))
        return self.tabs[-1]

    async def stop(self) -> None:
        self.stopped += 1


class FakeTab:
    """A page that loads, and can be pictured."""

    def __init__(self, breaks: str) -> None:
        self.breaks = breaks
        self.urls: list[str] = []
        self.closed = False
        self.asked = 0
        self.others: list[FakeTab] = []

    async def must_answer(self) -> None:
        self.asked += 1
        if self.breaks == "answers never":
            raise EngineFailure("the browser hangs")

    async def beside(self) -> Any:
        self.others.append(FakeTab(self.breaks))
        return self.others[-1]

    async def goto(self, url: str) -> None:
        self.urls.append(url)
        if self.breaks == "goto":
            raise ValueError("a defect")

    async def screenshot(self, path: Path) -> None:
        if self.breaks == "screenshot":
            raise EngineFailure("no picture")
        await asyncio.to_thread(path.write_bytes, b"PNG")

    async def save_trace(self, path: Path) -> bool:
        await asyncio.to_thread(path.write_bytes, b"PK\5\6" + bytes(18))  # a zip with nothing in it
        return True

    async def close(self) -> None:
        self.closed = True


class FakeRecorder:
    """Stands for the client in the page: opens on ``opens`` and echoes what it is sent."""

    opens: str | None = "websocket"
    dies = False
    """Whether the page dies when the client is created."""
    leaves = False
    """Whether the page is found to be another when recording ends."""

    def __init__(self, tab: Any, log: EventLog, prefix: str = "") -> None:
        self._emit = log.bind("browser")
        self.failed: asyncio.Future[EngineFailure] = asyncio.get_running_loop().create_future()
        self.stops = 0

    async def start(self) -> None: ...

    async def connect(
        self, url: str, options: Mapping[str, Any], connection: str = "main", *, raw: bool = False
    ) -> None:
        self._emit("client.new", connection=connection, url=url, options=dict(options), version="1.6.1")
        if self.dies:
            self.failed.set_result(EngineFailure("the browser has died"))
            return
        if self.opens is None:
            self._closed(1002, "Can't connect to server")
            return
        self._emit("attempt.start", connection=connection, transport=self.opens, budget_ms=600, url=url)
        self._emit("attempt.open", connection=connection, transport=self.opens)
        self._emit("client.open", connection=connection, transport=self.opens)

    async def send(self, text: str, connection: str = "main") -> None:
        for kind in ("message.out", "message.in"):
            self._emit(kind, connection=connection, text=text, bytes=len(text), hash=fnv1a(text), n=0)

    async def send_all(self, texts: Sequence[str], connection: str = "main", *, rate: float | None = None) -> None:
        for text in texts:
            await self.send(text, connection)

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        self._closed(code, reason)

    def name_of(self, connection: str = "main") -> str:
        return connection

    async def drain(self) -> None: ...

    async def stop(self) -> None:
        self.stops += 1
        if self.leaves and not self.failed.done():
            self.failed.set_result(EngineFailure("the recorder is gone from the page"))

    def _closed(self, code: int, reason: str) -> None:
        self._emit("client.close", connection="main", code=code, reason=reason, was_clean=code == 1000)


def by_id(results: list[CaseResult]) -> dict[str, str]:
    """Outcomes by the ids of the cases, in the results' order."""
    return {result.id: result.outcome for result in results}
