"""The lab's end of the recorder, on a page that is a fake; tests/browser/test_page.py has the real ones."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.browser import recorder as recorder_module
from lab.browser.engine import EngineFailure, NoAnswer, PageError
from lab.browser.recorder import PART, QUIET_S, WAIT_MS, Recorder, _parts
from lab.events import EventLog

DAY_MS = 86_400_000.0


class FakeTab:
    """A tab whose page is this object: its clock is ``ahead_ms`` ahead of the log's."""

    def __init__(self, log: EventLog, ahead_ms: float = DAY_MS) -> None:
        self._log = log
        self._ahead_ms = ahead_ms
        self._document = "a"
        self._before: dict[str, Any] | None = None
        self._events: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.alive = True
        self.failure: Exception | None = None
        self.scripts: list[tuple[str, object]] = []
        self.limits_s: list[float] = []
        self.hangs = False
        self.asked = 0

    def see(self, kind: str, t_ms: float, **data: Any) -> None:
        self._events.append({"t": t_ms + self._ahead_ms, "kind": kind, "data": data})
        self._news.set()

    def fail(self, failure: Exception) -> None:
        self.failure = failure
        self._news.set()

    def reload(self, document: str, *, kept_from: int) -> None:
        """Show another document, which was handed the events of the last one from ``kept_from`` on."""
        self._before = {"document": self._document, "from": kept_from, "events": self._events[kept_from:]}
        self._document, self._events = document, []
        self.fail(EngineFailure("Execution context was destroyed, most likely because of a navigation"))
        asyncio.get_running_loop().call_later(0.05, setattr, self, "failure", None)

    async def must_answer(self) -> None:
        self.asked += 1
        if self.hangs:
            self.alive = False
            raise EngineFailure("it hangs")
        self.failure = None

    async def evaluate(self, script: str, argument: Any = None, *, within_s: float = 0.0) -> Any:
        self.scripts.append((script, argument))
        if argument and ".next(" in script and argument[1]:
            self.limits_s.append(within_s)
        if self.failure:
            raise self.failure
        if script.startswith("Boolean"):
            return True
        if ".now()" in script:
            return self._log.clock.now_ms() + self._ahead_ms
        if ".next(" in script:
            cursor, wait_ms = argument
            if wait_ms and len(self._events) == cursor:
                self._news.clear()
                await self._news.wait()
            if self.failure:
                raise self.failure
            answer = {"document": self._document, "events": self._events[cursor:], "cursor": len(self._events)}
            return json.dumps(answer | {"before": self._before})
        return None

    async def goto(self, url: str) -> None: ...
    async def screenshot(self, path: Path) -> None: ...
    async def save_trace(self, path: Path) -> bool:
        return False

    async def close(self) -> None: ...


@pytest.fixture
def log() -> EventLog:
    return EventLog()


def kinds(log: EventLog) -> list[tuple[str, str]]:
    return [(event.vantage, event.kind) for event in log]


def is_kind(kind: str) -> Callable[[Any], bool]:
    return lambda event: event.kind == kind


async def test_start_measures_how_far_the_clocks_are_apart(log: EventLog) -> None:
    recorder = Recorder(FakeTab(log), log)
    await recorder.start()
    [clock] = list(log)
    assert (clock.vantage, clock.kind) == ("lab", "clock")
    assert abs(clock.data["offset_ms"] + DAY_MS) <= clock.data["uncertainty_ms"]
    await recorder.stop()


async def test_start_takes_a_clock_that_agrees_for_the_clock_of_the_machine(log: EventLog) -> None:
    recorder = Recorder(FakeTab(log, ahead_ms=-log.clock.from_epoch_ms(0)), log)
    await recorder.start()
    [clock] = list(log)
    assert clock.data == {"offset_ms": log.clock.from_epoch_ms(0), "uncertainty_ms": 1.0}
    await recorder.stop()


async def test_recorder_moves_events_to_the_clock_of_the_case(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.see("client.open", 123.0, connection="main", transport="websocket")
    event = await log.wait_for(is_kind("client.open"), timeout_s=5)
    assert event is not None
    assert event.vantage == "browser"
    assert event.data == {"connection": "main", "transport": "websocket"}
    assert abs(event.t_ms - 123.0) <= next(iter(log)).data["uncertainty_ms"]
    await recorder.stop()


async def test_stop_fetches_the_last_events_once(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.see("first", 1)
    await log.wait_for(is_kind("first"), timeout_s=5)
    tab.see("last", 2)
    await recorder.stop()
    assert kinds(log) == [("lab", "clock"), ("browser", "first"), ("browser", "last")]
    assert not recorder.failed.done()


async def test_recorder_counts_documents_and_gets_what_the_last_one_kept(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    assert recorder.generation == 0
    await recorder.start()
    tab.see("client.open", 1, connection="main")
    await log.wait_for(is_kind("client.open"), timeout_s=5)
    tab.see("client.close", 2, connection="main")
    tab.reload("b", kept_from=0)  # It kept more than the lab lacks.
    tab.see("client.open", 3, connection="main")
    await log.wait_for(lambda event: event.data.get("generation") == 2 and event.vantage == "browser", timeout_s=5)
    await recorder.stop()
    assert [(event.kind, dict(event.data)) for event in log if event.vantage == "browser"] == [
        ("client.open", {"connection": "main"}),
        ("client.close", {"connection": "main"}),
        ("client.open", {"connection": "main@2", "generation": 2}),
    ]
    assert (recorder.generation, recorder.name_of("x")) == (2, "x@2")
    assert not recorder.failed.done()


async def test_drain_waits_for_the_page_that_comes(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log, prefix="two:")
    await recorder.start()
    tab.reload("b", kept_from=0)
    await recorder.drain()
    assert recorder.name_of() == "two:main@2"
    await recorder.stop()


async def test_send_all_goes_in_parts_and_keeps_halves_of_pairs(log: EventLog) -> None:
    tab = FakeTab(log)
    texts = ["\ud800", *map(str, range(600))]
    await Recorder(tab, log).send_all(texts, "x")
    calls = [json.loads(str(argument)) for script, argument in tab.scripts if ".sendAll(" in script]
    assert [call[0] for call in calls] == ["x", "x"]
    assert calls[0][1] + calls[1][1] == texts
    assert all(str(argument).isascii() for _, argument in tab.scripts)


async def test_recorder_says_that_the_browser_died(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.alive = False
    tab.fail(EngineFailure("it died"))
    assert str(await asyncio.wait_for(recorder.failed, 5)) == "it died"
    await recorder.stop()


async def test_recorder_says_that_the_browser_hangs(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.hangs = True
    tab.fail(NoAnswer("no answer"))
    assert str(await asyncio.wait_for(recorder.failed, 5)) == "it hangs"
    assert set(tab.limits_s) == {WAIT_MS / 1000 + QUIET_S}
    await recorder.stop()


async def test_recorder_goes_on_where_a_late_page_still_answers(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.fail(NoAnswer("no answer"))
    tab.see("client.open", 1)
    assert await log.wait_for(is_kind("client.open"), timeout_s=5)
    assert (tab.asked, recorder.generation, recorder.failed.done()) == (1, 1, False)
    await recorder.stop()


async def test_recorder_says_that_its_page_is_gone(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "RETURN_S", 0.2)
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.fail(PageError("ReferenceError: lab is not defined"))
    assert "recorder is gone" in str(await asyncio.wait_for(recorder.failed, 5))
    await recorder.stop()


async def test_last_failure_is_not_lost_when_stop_finds_it(log: EventLog) -> None:
    tab = FakeTab(log)
    recorder = Recorder(tab, log)
    await recorder.start()
    tab.failure = EngineFailure("it died")
    await recorder.stop()
    assert recorder.failed.done()


async def test_start_fails_on_a_page_without_the_recorder(log: EventLog) -> None:
    tab = FakeTab(log)
    tab.failure = PageError("ReferenceError: lab is not defined")
    with pytest.raises(EngineFailure, match="did not load the lab's recorder"):
        await Recorder(tab, log).start()


async def test_connect_leaves_out_options_that_are_not_given(log: EventLog) -> None:
    tab = FakeTab(log)
    options = {"transports": [], "server": None, "sessionId": "abc", "timeout": 0}
    await Recorder(tab, log).connect("http://x/echo", options, "second")
    [(_, wanted)] = tab.scripts
    assert json.loads(wanted) == [
        {
            "connection": "second",
            "url": "http://x/echo",
            "options": {"sessionId": "abc", "timeout": 0},
            "raw": False,
        }
    ]


@pytest.mark.parametrize(
    "text",
    ["", "x", "x" * PART, "x" * (PART + 1), "\\" * PART, '"\\' * PART, "x" * PART + '"' * 10_000, "é\\u" * 50_000],
)
def test_long_arguments_go_in_parts_that_are_small_on_their_way(text: str) -> None:
    parts = list(_parts(text))
    assert "".join(parts) == text
    for part in parts:
        assert len(json.dumps(json.dumps(part, ensure_ascii=False), ensure_ascii=False)) <= PART + 8
