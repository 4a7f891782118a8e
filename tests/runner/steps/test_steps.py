"""Each step against a recorder that stands for the page: what the client would do is written into the log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.browser.engine import PageError
from lab.events import EventLog
from lab.runner.measuring import MeasuringLock
from lab.runner.stage import NeverOpened, Stage, StepFailed
from lab.runner.steps import perform
from lab.runner.steps.connect import options_of
from lab.scenario.client import Client
from lab.scenario.steps.close import Close
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.idle import Idle
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send
from lab.texts import fnv1a


class Page:
    """Stands for the page with the client: writes what it is told to into the log."""

    def __init__(self, log: EventLog) -> None:
        self.emit = log.bind("browser")
        self.opens: str | None = "websocket"
        self.echoes = True
        self.throws = ""
        self.asked: list[Any] = []

    async def connect(self, url: str, options: Mapping[str, Any], connection: str = "main") -> None:
        self._throw()
        self.asked.append((url, dict(options)))
        if self.opens:
            self.emit("client.open", connection=connection, transport=self.opens)
        else:
            self.closed(1002, "Cannot connect to server")

    async def send(self, text: str, connection: str = "main") -> None:
        self._throw()
        if self.echoes:
            self.message(text)

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        self._throw()
        self.closed(code, reason)

    def message(self, text: str) -> None:
        self.emit("message.in", connection="main", text=text[:200], hash=fnv1a(text), bytes=len(text.encode()))

    def closed(self, code: int, reason: str) -> None:
        self.emit("client.close", connection="main", code=code, reason=reason, was_clean=code == 1000)

    def _throw(self) -> None:
        if self.throws:
            raise PageError(self.throws)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    log = EventLog()
    lock = MeasuringLock(tmp_path / "lock")
    return Stage(Page(log), log, Client(version="1.6.1"), "http://app.localhost:1/echo", lock)


def page_of(stage: Stage) -> Page:
    assert isinstance(stage.recorder, Page)
    return stage.recorder


def test_options_leave_to_the_client_what_the_scenario_does_not_set() -> None:
    assert options_of(Client()) == {}
    assert options_of(Client(transports=["xhr-polling"], server="a", session_id=12, timeout=900.0)) == {
        "transports": ["xhr-polling"],
        "server": "a",
        "sessionId": 12,
        "timeout": 900.0,
    }


async def test_connect_holds_the_lock_until_the_client_is_open(stage: Stage) -> None:
    await perform(Connect(), stage)
    kinds = [event.kind for event in stage.log if event.kind in ("lock", "client.open", "unlock")]
    assert kinds == ["lock", "client.open", "unlock"]
    assert page_of(stage).asked == [("http://app.localhost:1/echo", {})]


async def test_connect_tells_that_the_client_gave_up(stage: Stage) -> None:
    page_of(stage).opens = None
    with pytest.raises(NeverOpened, match=r"gave up with 1002 \(Cannot connect to server\)"):
        await perform(Connect(), stage)


async def test_connect_fails_where_the_client_does_neither(stage: Stage) -> None:
    async def nothing(*asked: Any, **more: Any) -> None: ...

    page_of(stage).connect = nothing  # type: ignore[method-assign] # a page that stays silent
    with pytest.raises(StepFailed, match="it did neither"):
        await perform(Connect(within=20.0), stage)
    assert [event.kind for event in stage.log][-1] == "unlock"


@pytest.mark.parametrize("step", [Connect(), Send(text="x"), Close()])
async def test_what_the_client_throws_is_the_steps_failure(stage: Stage, step: Any) -> None:
    page_of(stage).throws = "InvalidStateError: not open"
    with pytest.raises(StepFailed, match="it threw InvalidStateError"):
        await perform(step, stage)


async def test_receive_takes_messages_in_their_order(stage: Stage) -> None:
    for text in ("one", "two"):
        await perform(Send(text=text), stage)
    await perform(Receive(text="one"), stage)
    await perform(Receive(text="two"), stage)
    with pytest.raises(StepFailed, match="none came"):
        await perform(Receive(within=20.0), stage)


async def test_receive_compares_the_whole_of_a_long_text(stage: Stage) -> None:
    sent = "x" * 300
    await perform(Send(text=sent), stage)
    await perform(Receive(text=sent), stage)
    page_of(stage).message(sent[:-1] + "y")
    with pytest.raises(StepFailed, match=r"\(300 characters\) within"):
        await perform(Receive(text=sent), stage)


async def test_receive_tells_that_the_connection_closed_instead(stage: Stage) -> None:
    page_of(stage).closed(1006, "Server lost session")
    with pytest.raises(StepFailed, match=r"the connection closed with 1006 \(Server lost session\)"):
        await perform(Receive(text="hello"), stage)


async def test_close_tells_that_the_connection_was_gone(stage: Stage) -> None:
    page_of(stage).closed(1006, "")
    with pytest.raises(StepFailed, match="it had closed with 1006"):
        await perform(Close(), stage)


async def test_close_passes_code_and_reason_on(stage: Stage) -> None:
    await perform(Close(code=3001, reason="done"), stage)
    closed = stage.closed()
    assert closed is not None and closed.data["code"] == 3001 and closed.data["reason"] == "done"


async def test_idle_waits_and_leaves_the_connection_alone(stage: Stage) -> None:
    await perform(Idle.model_validate({"for": "10ms"}), stage)
    assert not [event for event in stage.log if event.vantage == "browser"]
