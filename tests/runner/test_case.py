"""One try with a real server and a real network, and a page that is none."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.network.authority import Authority
from lab.runner import case as case_module
from lab.runner import opening, servers
from lab.runner.case import SPARE_S, OneTry, allowance_s
from lab.runner.conclude import Concluded
from lab.scenario.matrix import Case
from lab.scenario.model import Scenario
from lab.server.host import LabServer
from lab.tasks import end, spawn
from tests.runner.kit import FakeEngine, FakeRecorder, FakeTab, case, tools


class Stand:
    """Tries a case, and keeps what was made for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "case"
        self.engine = FakeEngine()
        self.waited: list[str] = []
        self.servers: list[LabServer] = []
        self.tools = tools(folder)

    async def run(self, of: Case | None = None, number: int = 1) -> Concluded:
        ended = await OneTry(of or case(), self.tools, self.folder, self.waited.append).run(
            self.engine, number=number
        )
        assert all(tab.closed for tab in self.engine.tabs)
        for server in self.servers:
            with pytest.raises(OSError):
                await asyncio.open_connection("127.0.0.1", server.port)
        return ended

    def give(self, authority: Authority) -> None:
        """Let it make proxies, too."""
        self.tools = replace(self.tools, authority=authority)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "events.ndjson").read_text().splitlines()]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> type[FakeRecorder]:
    """The class of the recorders that cases use; its attributes may be set."""

    class Recorder(FakeRecorder):
        pass

    monkeypatch.setattr(opening, "Recorder", Recorder)
    return Recorder


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: object) -> Iterator[Stand]:
    made = Stand(tmp_path)

    class Server(LabServer):
        async def start(self, **how: Any) -> None:
            made.servers.append(self)
            await super().start(**how)

    async def no_files(version: str, **more: Any) -> dict[str, tuple[str, bytes]]:
        return {}

    monkeypatch.setattr(servers, "LabServer", Server)
    monkeypatch.setattr(opening.page, "files", no_files)
    yield made


async def test_case_passes_and_leaves_its_events(stand: Stand) -> None:
    ended = await stand.run(number=3)
    result = ended.result
    assert (result.message, result.outcome, result.transport) == ("", "passed", "websocket")
    assert result.engine_version == "1.2.3"
    assert result.messages.sent == result.messages.received == 1
    assert result.artefacts == {"events": "events.ndjson", "timeline": "timeline.json"}
    (told,) = [event for event in stand.events() if event["kind"] == "case"]
    assert (told["id"], told["engine"], told["try"]) == ("one[chromium]", "chromium", 3)
    times = [event["t_ms"] for event in stand.events()]
    assert times == sorted(times)


async def test_page_is_loaded_from_the_network_of_the_case(stand: Stand) -> None:
    await stand.run(case(page={"origin": "cross"}))
    port = stand.servers[0].port
    assert stand.engine.tabs[0].urls == [f"http://app.localhost:{port}/lab/page.html"]
    (new,) = [event for event in stand.events() if event["kind"] == "client.new"]
    assert new["url"] == f"http://sock.localhost:{port}/echo"


async def test_each_wait_is_told_and_recorded(stand: Stand) -> None:
    await stand.run()
    assert stand.waited[0] == "server and network" and "the measuring lock" in stand.waited
    assert stand.waited == [event["what"] for event in stand.events() if event["kind"] == "phase"]


async def test_case_that_fails_leaves_a_screenshot_and_a_trace(stand: Stand) -> None:
    result = (await stand.run(case(expect={"transport": "xhr-polling"}))).result
    assert result.outcome == "failed"
    assert set(result.artefacts) == {"events", "timeline", "screenshot", "trace"}
    assert all((stand.folder / path).is_file() for path in result.artefacts.values())


async def test_missing_picture_does_not_change_the_outcome(stand: Stand) -> None:
    stand.engine.breaks = "screenshot"
    result = (await stand.run(case(expect={"transport": "xhr-polling"}))).result
    assert result.outcome == "failed" and set(result.artefacts) == {"events", "timeline"}


MORTAL = """
import os, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        threading.Timer(float(sys.argv[2]), lambda: os._exit(7)).start()

    def log_message(self, *words):
        pass

print("about to go", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    ("after_s", "steps"),
    [
        ("0.3", ["connect", {"receive": {"text": "never", "within": "20s"}}]),
        # What the client sees of it fails a step, a moment before.
        ("0.1", ["connect", {"receive": {"text": "never", "within": "10ms"}}]),
    ],
)
async def test_server_that_ends_by_itself_is_an_error(
    stand: Stand, tmp_path: Path, authority: Authority, after_s: str, steps: list[Any]
) -> None:
    (tmp_path / "mortal.py").write_text(MORTAL)
    server = {"command": ["{python}", "mortal.py", "{port}", after_s], "cwd": str(tmp_path)}
    stand.give(authority)
    result = (await stand.run(case(server=server, steps=steps))).result
    assert result.outcome == "error"
    assert "mortal.py" in result.message
    assert result.message.endswith('ended by itself with status 7; it said last: "about to go"')


async def test_step_that_fails_ends_the_case_and_is_named(stand: Stand) -> None:
    steps = ["connect", {"receive": {"text": "hello", "within": "20ms"}}, {"send": "never"}]
    result = (await stand.run(case(steps=steps))).result
    assert result.outcome == "failed" and result.message.startswith("step 2, receive: expected the message")
    states = [(event["index"], event["state"]) for event in stand.events() if event["kind"] == "step"]
    assert states == [(0, "begin"), (0, "done"), (1, "begin"), (1, "failed")]


async def test_client_that_never_opens_is_no_failure_of_a_step(stand: Stand, recorder: type[FakeRecorder]) -> None:
    recorder.opens = None
    assert (await stand.run(case(expect={"transport": "none"}))).result.outcome == "passed"
    result = (await stand.run(case(expect={}))).result
    assert result.outcome == "failed" and result.message == "opens: expected an open connection, was none"


async def test_page_that_dies_ends_the_step_at_once(stand: Stand, recorder: type[FakeRecorder]) -> None:
    recorder.dies = True
    ended = await stand.run()
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", True, True)
    assert ended.result.message == "the browser has died"


async def test_engine_that_opens_no_tab_is_an_error(stand: Stand) -> None:
    stand.engine.breaks = "open"
    ended = await stand.run()
    assert ended.result.outcome == "error" and ended.engine_failed


async def test_step_that_fails_in_a_browser_that_hangs_is_an_error(stand: Stand) -> None:
    stand.engine.breaks = "answers never"
    ended = await stand.run(case(steps=["connect", {"receive": {"text": "hello", "within": "20ms"}}]))
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", True, True)
    assert ended.result.message == "the browser hangs" and ended.result.expectations == []


async def test_browser_that_hangs_at_the_end_is_an_error(stand: Stand, recorder: type[FakeRecorder]) -> None:
    recorder.leaves = True
    stand.engine.breaks = "answers never"
    ended = await stand.run()
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", True, True)


async def test_page_that_was_left_at_the_end_is_no_failure(stand: Stand, recorder: type[FakeRecorder]) -> None:
    recorder.leaves = True
    ended = await stand.run()
    assert (ended.result.outcome, ended.engine_failed) == ("passed", False)


async def test_browser_that_does_what_it_should_is_not_asked_whether_it_lives(stand: Stand) -> None:
    assert (await stand.run()).result.outcome == "passed"
    assert [tab.asked for tab in stand.engine.tabs] == [0]


async def test_defect_of_the_lab_is_an_error_with_its_traceback(stand: Stand) -> None:
    stand.engine.breaks = "goto"
    result = (await stand.run()).result
    assert result.outcome == "error" and "ValueError: a defect" in result.message
    assert "ValueError: a defect" in (stand.folder / result.artefacts["traceback"]).read_text()


async def test_case_that_hangs_is_given_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "allowance_s", lambda scenario: 0.2)
    ended = await stand.run(case(steps=["connect", {"idle": {"for": "60s"}}]))
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", False, False)
    assert ended.result.message == "the lab gave the case up: it still waited for 60 s of silence"


@pytest.mark.parametrize(
    ("breaks", "message"),
    [("answers never", "the browser hangs"), ("opens never", "chromium opened no tab in the time of the case.")],
)
async def test_case_that_a_hanging_browser_holds_up_is_run_again(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, breaks: str, message: str
) -> None:
    monkeypatch.setattr(case_module, "allowance_s", lambda scenario: 0.2)
    stand.engine.breaks = breaks
    ended = await stand.run(case(steps=["connect", {"idle": {"for": "60s"}}]))
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", True, True)
    assert ended.result.message == message


async def test_end_of_a_case_that_hangs_is_given_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "allowance_s", lambda scenario: 0.5)
    monkeypatch.setattr(case_module, "ENDING_S", 0.1)
    monkeypatch.setattr(FakeTab, "close", lambda tab: asyncio.Event().wait())
    ended = await OneTry(case(), stand.tools, stand.folder, stand.waited.append).run(stand.engine)
    assert ended.result.message == "the lab gave the case up: it still waited for the end of server and network"


async def test_cancelled_case_ends_what_it_started_and_keeps_its_events(stand: Stand) -> None:
    running = spawn(stand.run(case(steps=["connect", {"idle": {"for": "60s"}}])), name="case")
    async with asyncio.timeout(10):
        while "60 s of silence" not in stand.waited:  # noqa: ASYNC110 # what it waits for is told by a plain call
            await asyncio.sleep(0.01)
    await end(running)
    assert running.cancelled() and stand.engine.tabs[0].closed
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", stand.servers[0].port)
    assert any(event["kind"] == "client.open" for event in stand.events())


def test_allowance_covers_what_the_steps_may_take() -> None:
    scenario = Scenario.model_validate(
        {"title": "x", "steps": ["connect", {"idle": {"for": "40s"}}, {"receive": {"within": "7s"}}, "close"]}
    )
    connect, _, _, close = scenario.steps
    waits = (connect.within + close.within) / 1000  # type: ignore[union-attr] # these two have it
    assert allowance_s(scenario) == pytest.approx(waits + 47 + SPARE_S)
