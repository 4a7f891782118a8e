"""The control run: with the same hops but no behaviour, a websocket must open. It guards against the lab itself.

Where it does not, nothing that the lab would say of that engine and topology is worth anything, so all their
cases are errors. It runs once per engine and topology in a run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal

from lab.runner.conclude import Concluded
from lab.scenario.matrix import Case
from lab.scenario.model import Client, Expectations, Hop, Scenario
from lab.scenario.page import Page
from lab.timeline.results import CaseResult

Topology = tuple[str, str, str, tuple[str, ...]]
RunCase = Callable[[Case], Awaitable[Concluded]]


def _origin(scenario: Scenario) -> Literal["same", "cross"]:
    """Whose origin the endpoint has; to a page from disk the network looks as to one of its own."""
    return "cross" if scenario.page.origin == "cross" else "same"


def topology(case: Case) -> Topology:
    """What a control run stands for: engine, scheme, origin, and each hop's kind."""
    scenario = case.scenario
    bare = [hop.without_behaviours() for hop in scenario.network]
    return case.engine, _schemes(scenario), _origin(scenario), tuple(map(_kind, bare))


def _schemes(scenario: Scenario) -> str:
    """``http``, or ``http+https`` where the page and the endpoint have different ones."""
    page = scenario.page
    return "+".join(dict.fromkeys((page.scheme, page.endpoint_scheme or page.scheme)))


def _kind(hop: Hop) -> str:
    """What kind of hop it is: ``forward-intercept``, ``link``, ``balancer3-cookie-tunnel``."""
    if hop.kind == "link":
        return "link"
    name = (
        hop.proxy if hop.balancer is None else f"balancer{hop.balancer.nodes}-{hop.balancer.sticky.replace(' ', '-')}"
    )
    extras = ("-http2" if hop.http2 else "") + ("-extended" if hop.extended_connect else "")
    return f"{name}-{hop.tls}{extras}"


def control_case(case: Case) -> Case:
    """The case with its behaviours, options and expectations taken away: a websocket must open and echo."""
    scenario = case.scenario
    bare = Scenario(
        title="Control: the same hops with no behaviour",
        why="Where a websocket does not open here, the lab or the machine is at fault, not the network.",
        page=Page(
            scheme=scenario.page.scheme, endpoint_scheme=scenario.page.endpoint_scheme, origin=_origin(scenario)
        ),
        client=Client(transports=["websocket"], timeout=10_000.0),
        network=[hop.without_behaviours() for hop in scenario.network],
        expect=Expectations(transport="websocket", delivery="exactly once, in order"),
    )
    engine, scheme, origin, hops = topology(case)
    kinds = "+".join(hops) or "direct"
    return replace(case, id=f"control/{scheme}-{origin}-{kinds}[{engine}]", scenario=bare, values={}, reason="")


class Controls:
    """Runs each control once, however many cases ask for it at once."""

    def __init__(self, run: RunCase) -> None:
        self._run = run
        self._known: dict[Topology, CaseResult | None] = {}
        self._locks: dict[Topology, asyncio.Lock] = {}

    async def fault(self, case: Case) -> CaseResult | None:
        """None where the control run passes, else its result."""
        key = topology(case)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._known:
                result = (await self._run(control_case(case))).result
                self._known[key] = None if result.outcome == "passed" else result
            return self._known[key]
