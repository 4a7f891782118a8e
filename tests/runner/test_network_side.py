from collections.abc import Iterable
from typing import Any

import pytest

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.topology import Network
from lab.runner.network_side import NetworkSide
from lab.runner.nodes import How, Nodes
from lab.runner.setup import hop_specs
from lab.runner.stage import Changes
from lab.runner.steps import perform
from lab.scenario.model import Scenario
from lab.scenario.steps.connect import Connect
from tests.runner.kit import FakeRecorder, stage

HOPS = [{"name": "office", "behaviours": ["no_upgrade"]}, {"link": []}, {"balancer": {"nodes": 2}}]


class FakeNode:
    """Is there, and notes how it is stopped."""

    port = 9
    origin = "http://127.0.0.1:9"

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    async def start(self) -> None:
        self.notes.append("start")

    async def stop(self, how: How = "gracefully") -> None:
        self.notes.append(how)

    async def leave(self) -> None: ...

    def sessions(self) -> Iterable[Any]:
        return ()


async def performed(
    authority: Authority, tmp_path: Any, *steps: Any
) -> tuple[EventLog, Network, list[list[str]], list[str]]:
    """Perform steps on a network: its log, what each hop does after each step, and what became of node2."""
    log, catalogue, notes = EventLog(), Catalogue(), list[str]()
    scenario = Scenario.model_validate({"title": "x", "network": HOPS, "steps": list(steps)})
    network = Network(
        hop_specs(scenario.network, catalogue), scheme="http", origin="same", log=log, authority=authority
    )
    nodes = Nodes({"node1": FakeNode([]), "node2": FakeNode(notes)}, network.node_changed)
    await nodes.start()
    notes.clear()
    await network.start(nodes.ports)
    does: list[list[str]] = []
    try:
        side = NetworkSide(network, nodes, scenario.network, catalogue, log)
        one = stage(None, log, tmp_path, network=side)
        for step in scenario.steps:
            await perform(step, one)
            does.append([each.name for hop in network.hops for each in hop.behaviours])
    finally:
        await network.stop()
    return log, network, does, notes


def told(log: EventLog) -> list[tuple[str, str]]:
    return [(event.data["hop"], event.data["did"]) for event in log if event.kind == "network"]


async def test_network_step_changes_a_hop_and_says_so(authority: Authority, tmp_path: Any) -> None:
    log, _, does, _ = await performed(
        authority,
        tmp_path,
        {"network": {"hop": "office", "add": ["buffering"], "remove": ["no_upgrade"]}},
        {"network": {"hop": "hop2", "add": [{"latency": {"delay": 5.0}}]}},
        {"network": {"hop": "office", "replace": [{"buffering": {"until": "4KiB"}}]}},
        {"network": {"hop": "office", "remove": ["all"], "close": True}},
    )
    assert does == [["buffering"], ["buffering", "latency"], ["buffering", "latency"], ["latency"]]
    assert told(log) == [
        ("office", "added buffering, removed no_upgrade"),
        ("hop2", "added latency"),
        ("office", "replaced buffering"),
        ("office", "removed buffering, closed its connections"),
    ]


@pytest.mark.parametrize(
    ("step", "notes", "said"),
    [
        ({"server": {"action": "stop", "node": "node2"}}, ["gracefully"], ["stopped"]),
        ({"server": {"action": "stop", "node": "node2", "how": "killed"}}, ["killed"], ["stopped (killed)"]),
        ({"restart server": "node2"}, ["gracefully", "start"], ["restarted"]),
        ({"restart server": {"node": "node2", "for": 5.0, "how": "killed"}}, ["killed", "start"],
         ["stopped (killed)", "started"]),
    ],
)  # fmt: skip
async def test_server_steps_stop_and_start_a_node(
    authority: Authority, tmp_path: Any, step: Any, notes: list[str], said: list[str]
) -> None:
    log, network, _, seen = await performed(authority, tmp_path, step)
    assert seen == notes
    assert told(log) == [("node2", did) for did in said]
    choice = network._specs[2].choice
    assert choice is not None
    assert choice.down == ({"node2"} if "start" not in notes else set())


async def test_time_begins_with_the_client(authority: Authority) -> None:
    log, catalogue = EventLog(), Catalogue()
    network = Network([], scheme="http", origin="same", log=log, authority=authority)
    side = NetworkSide(network, Nodes({}), [], catalogue, log)
    assert not network.clock.running
    side.begin()
    assert network.clock.running


async def test_connect_lets_time_begin_before_the_client_is_created(tmp_path: Any) -> None:
    class Beginning(Changes):
        """Notes what the log had when it was told."""

        had: int | None = None

        def begin(self) -> None:
            self.had = sum(event.kind == "client.new" for event in log)

    log, beginning = EventLog(), Beginning()
    one = stage(FakeRecorder(None, log), log, tmp_path, network=beginning)
    await perform(Connect(), one)
    assert beginning.had == 0
    assert any(event.kind == "client.new" for event in log)
