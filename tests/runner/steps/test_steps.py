"""Each step against a recorder that stands for the page: what the client would do is written into the log."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.browser.engine import PageError
from lab.events import EventLog
from lab.runner.stage import NeverOpened, Stage, StepFailed
from lab.runner.steps import perform
from lab.runner.steps.connect import options_of
from lab.scenario.client import Client
from lab.scenario.steps import STEPS
from lab.scenario.steps.close import Close
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.idle import Idle
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send
from lab.tasks import spawn
from lab.texts import fnv1a
from tests.runner import kit


class Page:
    """Stands for the page with the client: writes what it is told to into the log."""

    def __init__(self, log: EventLog) -> None:
        self.emit = log.bind("browser")
        self.opens: str | None = "websocket"
        self.echoes = True
        self.throws = ""
        self.asked: list[Any] = []

    async def connect(
        self, url: str, options: Mapping[str, Any], connection: str = "main", *, raw: bool = False
    ) -> None:
        self._throw()
        self.asked.append((url, dict(options)))
        if self.opens:
            started = f"{url}/000/{connection}session/{self.opens}"
            self.emit("attempt.start", connection=connection, transport=self.opens, budget_ms=600, url=started)
            self.emit("attempt.open", connection=connection, transport=self.opens)
            self.emit("client.open", connection=connection, transport=self.opens)
        else:
            self.closed(1002, "Cannot connect to server", connection)

    async def send(self, text: str, connection: str = "main") -> None:
        self._throw()
        if self.echoes:
            self.message(text, connection)

    async def send_all(self, texts: Sequence[str], connection: str = "main", *, rate: float | None = None) -> None:
        for text in texts:
            await self.send(text, connection)

    def name_of(self, connection: str = "main") -> str:
        return connection

    async def drain(self) -> None: ...

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        self._throw()
        self.closed(code, reason, connection)

    def message(self, text: str, connection: str = "main") -> None:
        self.emit("message.in", connection=connection, text=text[:200], hash=fnv1a(text), bytes=len(text))

    def closed(self, code: int, reason: str, connection: str = "main") -> None:
        self.emit("client.close", connection=connection, code=code, reason=reason, was_clean=code == 1000)

    def _throw(self) -> None:
        if self.throws:
            raise PageError(self.throws)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    log = EventLog()
    return kit.stage(Page(log), log, tmp_path)


def page_of(stage: Stage) -> Page:
    recorder = stage.tabs["main"].recorder
    assert isinstance(recorder, Page)
    return recorder


def server_of(stage: Stage) -> kit.FakeServer:
    assert isinstance(stage.server, kit.FakeServer)
    return stage.server


def test_options_leave_to_the_client_what_the_scenario_does_not_set() -> None:
    assert options_of(Client()) == {}
    assert options_of(Client(transports=["xhr-polling"], server="a", session_id=12, timeout=900.0)) == {
        "transports": ["xhr-polling"],
        "server": "a",
        "sessionId": 12,
        "timeout": 900.0,
    }
    assert options_of(Client(transports="xhr-polling")) == {"transports": "xhr-polling"}


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


def step(name: str, /, **arguments: Any) -> Any:
    """The step of this name, from arguments as a scenario has them."""
    return STEPS[name].model_validate(arguments)


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        ({}, "http://app.localhost:1/echo"),
        ({"url": "{endpoint}/?token=1"}, "http://app.localhost:1/echo/?token=1"),
        ({"url": "{https}"}, "https://app.localhost:1/echo"),
        ({"url": "nonsense"}, "nonsense"),
        ({"raw": True}, "http://app.localhost:1/echo"),
        ({"raw": True, "url": "{wss}?a"}, "wss://app.localhost:1/echo?a"),
    ],
)
async def test_connect_gives_the_client_its_url(stage: Stage, arguments: dict[str, Any], url: str) -> None:
    await perform(step("connect", **arguments), stage)
    assert [asked for asked, _ in page_of(stage).asked] == [url]


async def test_connect_goes_on_where_it_is_told_to(stage: Stage) -> None:
    page_of(stage).opens = None
    await perform(step("connect", on_failure="continue"), stage)


async def test_connect_waits_for_its_own_connection(stage: Stage) -> None:
    await perform(Connect(), stage)
    page_of(stage).opens = None
    with pytest.raises(NeverOpened):
        await perform(step("connect", name="second"), stage)


@pytest.mark.parametrize(
    ("thrown", "fails"),
    [
        ("SecurityError: An insecure SockJS connection", ""),
        ("TypeError: x", "it threw TypeError: x"),
        ("", "nothing"),
    ],
)
async def test_connect_can_be_expected_to_throw(stage: Stage, thrown: str, fails: str) -> None:
    page_of(stage).throws = thrown
    if not fails:
        await perform(step("connect", throws="securityerror"), stage)
        return
    with pytest.raises(StepFailed, match=fails):
        await perform(step("connect", throws="securityerror"), stage)


async def test_made_messages_are_sent_and_received_by_their_number(stage: Stage) -> None:
    await perform(step("send", made={"count": 12}), stage)
    await perform(step("receive", count=12), stage)
    with pytest.raises(StepFailed, match="none came"):
        await perform(step("receive", within="20ms"), stage)


async def test_receive_tells_how_many_had_come(stage: Stage) -> None:
    await perform(step("send", texts=["a", "b"]), stage)
    with pytest.raises(StepFailed, match="expected 3 messages within 20 ms; 2 came"):
        await perform(step("receive", count=3, within="20ms"), stage)


async def test_receive_of_none_holds_while_nothing_comes(stage: Stage) -> None:
    none = Receive(count=0, within=20.0)
    await perform(none, stage)
    page_of(stage).message("too early")
    with pytest.raises(StepFailed) as raised:
        await perform(none, stage)
    assert (raised.value.expected, raised.value.actual) == ("no message within 20 ms", '"too early" came')
    page_of(stage).closed(1006, "")
    with pytest.raises(StepFailed, match="the connection closed with 1006"):
        await perform(none, stage)


async def test_receive_takes_each_connections_messages(stage: Stage) -> None:
    page_of(stage).message("of another", "second")
    await perform(Send(text="own"), stage)
    await perform(Receive(text="own"), stage)
    await perform(step("receive", text="of another", connection="second"), stage)


async def test_server_pushes_into_the_session_that_opened(stage: Stage) -> None:
    await perform(Connect(), stage)
    await perform(step("push", text="news"), stage)
    assert server_of(stage).told == [("push", "mainsession", "news")]


async def test_server_closes_the_session(stage: Stage) -> None:
    await perform(Connect(), stage)
    with pytest.raises(StepFailed, match="the close event within 20 ms"):
        await perform(step("close", by="server", code=3001, reason="enough", within="20ms"), stage)
    assert server_of(stage).told == [("close", "mainsession", 3001, "enough")]


async def test_client_can_be_expected_to_refuse_to_close(stage: Stage) -> None:
    await perform(Connect(), stage)
    page_of(stage).throws = "Error: InvalidAccessError: Invalid code"
    await perform(step("close", code=2000, throws="InvalidAccessError"), stage)
    with pytest.raises(StepFailed, match="it threw Error: InvalidAccessError"):
        await perform(step("close", code=2000, throws="SyntaxError"), stage)
    page_of(stage).throws = ""
    with pytest.raises(StepFailed, match="it threw nothing"):
        await perform(step("close", code=2000, throws="InvalidAccessError"), stage)


async def test_heartbeat_is_waited_for_until_the_client_tells_of_it(stage: Stage) -> None:
    await perform(Connect(), stage)
    page_of(stage).emit("heartbeat", connection="main")
    beat = step("wait for", state="heartbeat", within="300ms")
    waiting = spawn(perform(beat, stage), name="beat")
    await asyncio.sleep(0)
    page_of(stage).emit("frame.in", connection="main", type="h")
    with pytest.raises(StepFailed, match="main to have a heartbeat within 300 ms"):
        await waiting
    waiting = spawn(perform(beat, stage), name="beat")
    await asyncio.sleep(0)
    page_of(stage).emit("heartbeat", connection="main")
    await waiting


@pytest.mark.parametrize("vantage", ["server", "server.node2"])
async def test_end_of_a_session_is_the_servers_own_word(stage: Stage, vantage: str) -> None:
    await perform(Connect(), stage)
    await perform(step("connect", name="second"), stage)
    page_of(stage).closed(1006, "")
    told = stage.log.bind(vantage)
    told("session.close", session="secondsession", code=1006, reason="", by="gone")
    with pytest.raises(StepFailed, match="the server to end the session of main within 20 ms"):
        await perform(step("wait for", session="closed", within="20ms"), stage)
    told("session.close", session="mainsession", code=1002, reason="", by="client")
    await perform(step("wait for", session="closed"), stage)
    assert [(check.what, check.actual) for check in stage.checks] == [("session of main", "closed (by client, 1002)")]


async def test_end_of_a_session_is_found_of_a_raw_websocket(stage: Stage) -> None:
    page_of(stage).opens = "raw-websocket"
    for name in ("first", "second"):
        await perform(step("connect", name=name, raw=True), stage)
    stage.log.bind("server")("session.close", session="raw-2", code=1006, reason="", by="gone")
    await perform(step("wait for", session="closed", connection="second"), stage)
    with pytest.raises(StepFailed, match="the session of first"):
        await perform(step("wait for", session="closed", connection="first", within="20ms"), stage)


async def test_expect_holds_what_has_happened_so_far(stage: Stage) -> None:
    await perform(Connect(), stage)
    await perform(step("expect", transport="websocket", state="open"), stage)
    with pytest.raises(StepFailed, match="expected transport xhr-polling; it was websocket"):
        await perform(step("expect", transport="xhr-polling"), stage)
    assert [check.what for check in stage.checks] == ["transport", "state"]


async def test_screenshot_is_an_artefact(stage: Stage) -> None:
    await perform(step("screenshot", name="before"), stage)
    assert stage.artefacts == {"screenshot before": "before.png"}
    assert (stage.folder / "before.png").exists()
