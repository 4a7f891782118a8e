from typing import Any

from mitmproxy.http import HTTPFlow, Response
from mitmproxy.test import tflow

from lab.network.behaviour import Behaviour
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


async def test_hooks_are_called_in_order() -> None:
    notes: list[str] = []
    line, _ = pipeline(Notes("a", notes), Notes("b", notes))
    await line.run("requestheaders", flow())
    await line.run("responseheaders", flow())
    await line.run("response", flow())
    assert notes == ["a", "b", "a", "b"]


async def test_request_goes_no_further_once_answered() -> None:
    notes: list[str] = []
    line, _ = pipeline(Answers("a", notes), Notes("b", notes))
    answered = flow()
    await line.run("requestheaders", answered)
    await line.run("responseheaders", answered)
    assert notes == ["a", "a", "b"]


async def test_exempt_flow_is_seen_by_none() -> None:
    notes: list[str] = []
    line, _ = pipeline(Notes("a", notes))
    exempt = flow()
    exempt.metadata[EXEMPT] = True
    await line.run("requestheaders", exempt)
    assert notes == []


async def test_exception_is_reported_and_the_next_one_called() -> None:
    notes: list[str] = []
    line, failures = pipeline(Raises(), Notes("a", notes))
    await line.run("requestheaders", flow())
    assert notes == ["a"]
    assert failures == [(Raises.name, "requestheaders: KeyError: 'lost'")]


async def test_behaviours_may_change_while_it_runs() -> None:
    notes: list[str] = []
    line, _ = pipeline(Notes("a", notes))
    line.behaviours.append(Notes("b", notes))
    await line.run("requestheaders", flow())
    del line.behaviours[0]
    await line.run("requestheaders", flow())
    assert notes == ["a", "b", "b"]
    assert line.has("requestheaders")
    assert not line.has("request")
