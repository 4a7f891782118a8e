from pathlib import Path
from typing import Any

import pytest

from lab.browser.engine import PageError
from lab.events import Event, EventLog
from lab.runner.cover import Cover
from lab.runner.stage import Stage, StepFailed, closing, refused
from tests.runner import kit
from tests.runner.kit import FakeRecorder


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    log = EventLog()
    return kit.stage(FakeRecorder(None, log), log, tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"code": 1006, "reason": ""}, " with 1006"),
        ({"code": 3000, "reason": "Go away!"}, " with 3000 (Go away!)"),
    ],
)
def test_close_event_is_told_with_code_and_reason(data: dict[str, Any], said: str) -> None:
    assert closing(Event(0.0, "browser", "client.close", data)) == said


def test_what_the_client_throws_is_the_steps_failure_and_nothing_else_is() -> None:
    with pytest.raises(StepFailed, match="expected the client to take it; it threw InvalidStateError"):  # noqa: SIM117
        with refused("the client to take it"):
            raise PageError("InvalidStateError")
    with pytest.raises(KeyError), refused("the client to take it"):
        raise KeyError("a defect")


async def test_stage_waits_for_the_browser_and_nobody_else(stage: Stage) -> None:
    stage.log.bind("server")("message.in", text="x")
    assert await stage.wait(lambda event: event.kind == "message.in", 10.0) is None
    stage.log.bind("browser")("message.in", text="y")
    event = await stage.wait(lambda event: event.kind == "message.in", 10.0)
    assert event is not None and event.vantage == "browser"


async def test_stage_knows_whether_the_client_has_closed(stage: Stage) -> None:
    stage.log.bind("hop1.client")("client.close", code=1)
    assert stage.closed() is None
    stage.log.bind("browser")("client.close", code=1000, reason="")
    closed = stage.closed()
    assert closed is not None and closed.data["code"] == 1000


async def test_connection_that_the_page_made_is_that_of_its_present_document(tmp_path: Path) -> None:
    class Reloaded(FakeRecorder):
        def name_of(self, connection: str = "main") -> str:
            return f"{connection}@2"

    log = EventLog()
    labs = kit.stage(Reloaded(None, log), log, tmp_path)
    assert labs.name_of("main") == "main", "a connect step gives it its name"
    own = kit.stage(Reloaded(None, log), log, tmp_path, cover=Cover(labs.lock, log), names={"mine": "mine"})
    assert [own.name_of(name) for name in ("main", "main@1", "tab:main", "mine")] == [
        *("main@2", "main@1", "tab:main", "mine")
    ]


async def test_stage_keeps_connections_apart(stage: Stage) -> None:
    stage.log.bind("browser")("client.close", connection="second", code=1000, reason="")
    assert stage.closed() is None
    assert stage.closed("second") is not None


@pytest.mark.parametrize(
    ("transport", "url", "session"),
    [
        ("xhr-streaming", "http://app.localhost:1/echo/123/abcdefgh/xhr_streaming?t=5", "abcdefgh"),
        ("websocket", "ws://app.localhost:1/echo/123/abcdefgh/websocket", "abcdefgh"),
        ("xhr-polling", "http://app.localhost:1/echo/123/abcdefgh", "abcdefgh"),
        ("raw-websocket", "ws://app.localhost:1/echo/websocket", None),
    ],
)
async def test_stage_reads_the_session_off_the_url(
    stage: Stage, transport: str, url: str, session: str | None
) -> None:
    emit = stage.log.bind("browser")
    emit(
        "attempt.start",
        connection="main",
        transport="eventsource",
        url="http://app.localhost:1/echo/1/lost/eventsource",
    )
    emit("attempt.start", connection="main", transport=transport, url=url)
    emit("attempt.open", connection="main", transport=transport)
    assert stage.session("main") == session


async def test_stage_has_no_session_of_a_connection_that_never_opened(stage: Stage) -> None:
    with pytest.raises(StepFailed, match="second never opened"):
        stage.session("second")


async def test_stage_names_the_tabs_that_there_are(stage: Stage) -> None:
    with pytest.raises(StepFailed, match="expected a tab called other; there is main"):
        stage.tab("other")
