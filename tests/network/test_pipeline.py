from typing import Any

import pytest
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from lab.network.behaviour import Behaviour
from lab.network.clock import HopClock
from lab.network.filter import Filter
from lab.network.pipeline import EXEMPT, Pipeline


class Notes(Behaviour):
    """Notes who was called."""

    def __init__(self, label: str, notes: list[str]) -> None:
        super().__init__()
        self.label = label
        self.notes = notes

    def requestheaders(self, flow: HTTPFlow) -> None:
        self.notes.append(self.label)

    async def responseheaders(self, flow: HTTPFlow) -> None:
        self.notes.append(self.label)


class Answers(Notes):
    """Answers by itself."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        super().requestheaders(flow)
        flow.response = Response.make(403)


class Raises(Behaviour):
    """Is broken."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        raise KeyError("lost")


def flow() -> Any:
    made: Any = tflow.tflow
    return made()


def pipeline(*behaviours: Behaviour) -> tuple[Pipeline, list[tuple[str | None, str]]]:
    failures: list[tuple[str | None, str]] = []
    return Pipeline(behaviours, lambda text, *, behaviour=None: failures.append((behaviour, text))), failures


async def hooks(line: Pipeline, *names: str, on: Any = None) -> None:
    """Run these hooks on one flow."""
    subject = on or flow()
    for name in names:
        await line.run(name, subject)


async def test_hooks_are_called_in_order() -> None:
    notes: list[str] = []
    line, _ = pipeline(Notes("a", notes), Notes("b", notes))
    await hooks(line, "requestheaders", "responseheaders", "response")
    assert notes == ["a", "b", "a", "b"]


async def test_request_goes_no_further_once_answered() -> None:
    notes: list[str] = []
    line, _ = pipeline(Answers("a", notes), Notes("b", notes))
    await hooks(line, "requestheaders", "responseheaders")
    assert notes == ["a", "a", "b"]


async def test_exempt_flow_is_seen_by_none() -> None:
    notes: list[str] = []
    line, _ = pipeline(Notes("a", notes))
    exempt = flow()
    exempt.metadata[EXEMPT] = True
    await hooks(line, "requestheaders", "responseheaders", on=exempt)
    assert notes == []


async def test_exception_is_reported_and_the_next_one_called() -> None:
    notes: list[str] = []
    line, failures = pipeline(Raises(), Notes("a", notes))
    await hooks(line, "requestheaders")
    assert notes == ["a"]
    assert failures == [(Raises.name, "requestheaders: KeyError: 'lost'")]


async def test_change_concerns_what_begins_after_it() -> None:
    notes: list[str] = []
    first, second = Notes("a", notes), Notes("b", notes)
    line, _ = pipeline(first)
    under_way = flow()
    await hooks(line, "requestheaders", on=under_way)
    line.behaviours = [second]
    await hooks(line, "responseheaders", on=under_way)  # neither: one is gone, the other came too late
    await hooks(line, "requestheaders", "responseheaders")
    assert notes == ["a", "b", "b"]


async def test_has_tells_of_those_that_see_the_flow() -> None:
    notes: list[str] = []
    one = Notes("a", notes)
    line, _ = pipeline(one)
    assert line.has("requestheaders", flow())
    assert not line.has("request", flow())
    one.filter = Filter(methods=frozenset({"POST"}))
    assert not line.has("requestheaders", flow())


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, ["1 up", "1 down", "2 up", "2 down", "3 up", "3 down"]),
        ({"nth": frozenset({2})}, ["2 up", "2 down"]),
        ({"direction": "down"}, ["1 down", "2 down", "3 down"]),
        ({"url": "*/3"}, ["3 up", "3 down"]),
        ({"url": "/", "nth": frozenset({1, 3}), "direction": "up"}, ["1 up", "3 up"]),
        ({"methods": frozenset({"PUT"})}, []),
        ({"header": "X-Number: [23]"}, []),
        ({"header": "x-number: 2"}, ["2 up", "2 down"]),
        # Each request begins 200 ms after the one before, when the answer to that comes.
        ({"after_ms": 200.0}, ["2 up", "2 down", "3 up", "3 down"]),
        ({"for_ms": 150.0}, ["1 up"]),  # the answer comes when its time is over
        ({"for_ms": 250.0}, ["1 up", "1 down", "2 up"]),
        ({"after_ms": 200.0, "nth": frozenset({1})}, ["2 up", "2 down"]),
    ],
)
async def test_filter_decides_when_a_request_begins(limits: dict[str, Any], expected: list[str]) -> None:
    class Numbers(Behaviour):
        """Notes which requests it sees."""

        def requestheaders(self, flow: HTTPFlow) -> None:
            notes.append(f"{flow.request.path.rpartition('/')[2]} up")

        def responseheaders(self, flow: HTTPFlow) -> None:
            notes.append(f"{flow.request.path.rpartition('/')[2]} down")

    notes: list[str] = []
    now = [0.0]
    clock = HopClock(lambda: now[0])
    clock.begin()
    one = Numbers()
    one.filter = Filter(**limits)
    line = Pipeline([one], lambda text, *, behaviour=None: pytest.fail(text), clock)
    for number in (1, 2, 3):
        one_flow = flow()
        one_flow.request.path = f"/x/{number}"
        one_flow.request.headers["X-Number"] = str(number)
        await line.run("requestheaders", one_flow)
        now[0] += 0.2
        await line.run("responseheaders", one_flow)
    assert notes == expected


async def test_behaviour_acts_on_a_websocket_while_it_is_its_time() -> None:
    class Messages(Behaviour):
        """Notes what it sees of a websocket."""

        def websocket_message(self, flow: HTTPFlow) -> None:
            assert flow.websocket is not None
            notes.append(flow.websocket.messages[-1].text)

    notes: list[str] = []
    now = [0.0]
    clock = HopClock(lambda: now[0])
    clock.begin()
    later, up, other = Messages(), Messages(), Messages()
    later.filter = Filter(after_ms=100.0, for_ms=100.0)
    up.filter = Filter(direction="up")
    other.filter = Filter(url="/elsewhere")
    line = Pipeline([later, up, other], lambda text, *, behaviour=None: pytest.fail(text), clock)
    made: Any = tflow.twebsocketflow
    socket = made()
    await line.run("requestheaders", socket)
    for now[0], text, from_client in ((0.05, "a", True), (0.15, "b", False), (0.15, "c", True), (0.25, "d", True)):
        socket.websocket.messages.append(WebSocketMessage(Opcode.TEXT, from_client, text.encode()))
        await line.run("websocket_message", socket)
    assert notes == ["a", "b", "c", "c", "d"]
    line.behaviours = [Messages()]
    await line.run("websocket_message", socket)
    assert notes == ["a", "b", "c", "c", "d", "d"]


async def test_what_is_no_request_is_seen_in_its_time_by_who_wants_no_request() -> None:
    class Clients(Behaviour):
        """Notes who connects."""

        def client_connected(self, client: object) -> None:
            notes.append("seen")

    notes: list[str] = []
    one = Clients()
    line, _ = pipeline(one)
    await line.run("client_connected", object())
    one.filter = Filter(after_ms=1.0)
    await line.run("client_connected", object())
    one.filter = Filter(url="/x")
    await line.run("client_connected", object())
    assert notes == ["seen"]
