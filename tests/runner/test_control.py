import asyncio

import pytest

from lab.runner.conclude import Concluded
from lab.runner.control import Controls, control_case, topology
from lab.scenario.matrix import Case
from lab.scenario.model import Scenario
from lab.scenario.page import Page
from tests.runner.kit import case, concluded

HOPS = [{"proxy": "forward", "behaviours": ["no_upgrade", {"buffering": {"until": "close"}}]}, {"proxy": "reverse"}]


def test_control_has_the_hops_and_none_of_their_behaviours() -> None:
    own = case(network=HOPS, page={"scheme": "https", "origin": "cross"}, client={"version": "1.1.5"})
    control = control_case(own)
    kept, bare = own.scenario, control.scenario
    assert [(hop.proxy, hop.tls, hop.behaviours) for hop in bare.network] == [
        ("forward", kept.network[0].tls, []),
        ("reverse", kept.network[1].tls, []),
    ]
    # With today's client in a page of the lab's own: what it guards against is the lab, not an old release.
    assert (bare.page, bare.client.version) == (kept.page, "1.6.1")
    assert topology(control) == topology(own)
    assert control.id == "control/https-cross-forward-tunnel+reverse-tunnel[chromium]"


def test_control_wears_no_mask() -> None:
    page = {"scheme": "https", "origin": "file", "persona": "ie6", "cookies": "accept"}
    assert control_case(case(page=page)).scenario.page == Page(scheme="https")


def test_control_expects_a_websocket_that_echoes_whatever_the_scenario_expects() -> None:
    own = case(
        expect={"transport": "none"}, steps=["connect"], client={"transports": ["xhr-polling"], "timeout": "1ms"}
    )
    bare = control_case(own).scenario
    assert (bare.expect.transport, bare.expect.delivery) == ("websocket", "exactly once, in order")
    assert bare.client.transports == ["websocket"] and bare.steps == Scenario(title="x").steps


@pytest.mark.parametrize(
    "other",
    [
        case(engine="firefox"),
        case(page={"scheme": "https"}),
        case(page={"origin": "cross"}),
        case(network=[{"proxy": "forward"}]),
    ],
)
def test_topology_differs_where_the_control_would_prove_something_else(other: Case) -> None:
    assert topology(other) != topology(case())


def test_topology_tells_what_a_hop_offers_from_what_it_does_not() -> None:
    offers: list[dict[str, bool]] = [{}, {"http2": True}, {"http2": True, "extended_connect": True}]
    assert len({topology(case(network=[{"proxy": "reverse", **offer}])) for offer in offers}) == 3


def test_topology_is_the_same_whatever_the_behaviours() -> None:
    assert topology(case(network=["no_upgrade"])) == topology(case(network=["buffering"], expect={}))


async def test_control_runs_once_for_all_cases_that_ask_at_once() -> None:
    ran: list[str] = []

    async def run(control: Case) -> Concluded:
        ran.append(control.id)
        await asyncio.sleep(0)
        return concluded(control)

    controls = Controls(run)
    found = await asyncio.gather(*(controls.fault(case(name)) for name in ("one", "two", "three")))
    assert found == [None, None, None] and ran == ["control/http-same-direct[chromium]"]
    await controls.fault(case(engine="firefox"))
    assert len(ran) == 2


async def test_fault_is_the_result_of_the_control_that_failed() -> None:
    async def run(control: Case) -> Concluded:
        return concluded(control, "error", "no browser")

    controls = Controls(run)
    for _ in range(2):
        fault = await controls.fault(case())
        assert fault is not None and fault.message == "no browser"


async def test_control_that_was_cancelled_runs_again() -> None:
    began = asyncio.Event()

    async def run(control: Case) -> Concluded:
        if not began.is_set():
            began.set()
            await asyncio.Event().wait()
        return concluded(control)

    controls = Controls(run)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        first = group.create_task(controls.fault(case()))
        await began.wait()
        first.cancel()
    assert await controls.fault(case()) is None
