from pathlib import Path
from typing import Any

import pytest

from lab.events import EventLog
from lab.network.authority import Authority
from lab.runner.nodes.behind_door import BehindDoor
from lab.runner.nodes.ours import OurNode
from lab.runner.servers import node_names, nodes_of, server_options, takes_both_schemes, vantage_of
from lab.scenario.model import Scenario


def scenario(**written: Any) -> Scenario:
    return Scenario.model_validate({"title": "x", **written})


def test_server_options_are_the_scenarios_in_seconds_and_bytes() -> None:
    server = {
        "heartbeat": "250ms",
        "disconnect_delay": "2s",
        "response_limit": "4KiB",
        "cookie": True,
        "websocket": False,
    }
    options = server_options(scenario(server=server), "node1")
    assert (options.heartbeat_s, options.disconnect_delay_s, options.response_limit) == (0.25, 2.0, 4096)
    assert options.cookie and not options.websocket
    assert options.node == "node1"


@pytest.mark.parametrize(
    ("network", "names", "vantages"),
    [
        ([], ["server"], ["server"]),
        (["no_upgrade"], ["server"], ["server"]),
        ([{"balancer": {"nodes": 2}}], ["node1", "node2"], ["server.node1", "server.node2"]),
    ],
)
def test_nodes_have_names_and_vantages(network: Any, names: list[str], vantages: list[str]) -> None:
    found = node_names(scenario(network=network))
    assert (found, [vantage_of(name) for name in found]) == (names, vantages)


@pytest.mark.parametrize(
    ("page", "url", "both"),
    [
        ({}, None, False),
        ({"scheme": "https"}, "{https}", False),
        ({"scheme": "http"}, "{wss}/x", True),
        ({"scheme": "https"}, "{http}", True),
        ({"scheme": "http", "endpoint_scheme": "https"}, None, True),
        ({"scheme": "http", "endpoint_scheme": "http"}, "{endpoint}", False),
    ],
)
def test_both_schemes_are_taken_where_both_are_asked_for(page: Any, url: str | None, both: bool) -> None:
    connect = {"connect": {"url": url}} if url else "connect"
    assert takes_both_schemes(scenario(page=page, steps=[connect])) is both


@pytest.mark.parametrize(
    ("written", "tls", "kind"),
    [
        ({}, False, OurNode),
        ({}, True, OurNode),
        ({"page": {"endpoint_scheme": "https"}}, True, BehindDoor),
        ({"page": {"endpoint_scheme": "https"}}, False, OurNode),  # a hop before it ends TLS
        ({"server": {"command": ["x", "{port}"]}}, False, BehindDoor),
        ({"server": {"url": "http://127.0.0.1:1/echo"}}, False, BehindDoor),
    ],
)
def test_server_stands_behind_a_door_where_it_needs_one(
    tmp_path: Path, authority: Authority, written: dict[str, Any], tls: bool, kind: type
) -> None:
    artefacts: dict[str, str] = {}
    nodes = nodes_of(
        scenario(**written),
        files={},
        tls=tls,
        log=EventLog(),
        authority=authority,
        beside=tmp_path,
        folder=tmp_path,
        artefacts=artefacts,
        changed=lambda name, up: None,
    )
    assert type(nodes._nodes["server"]) is kind
    assert artefacts == ({"output of server": "server.log"} if "command" in written.get("server", {}) else {})
