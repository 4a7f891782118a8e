from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.fitting import check_nodes
from lab.scenario.model import Scenario
from lab.scenario.network import Hop
from lab.scenario.server import Server

FIXED = {"command": ["x", "19999"], "ready": "http://127.0.0.1:19999/echo/info"}
URL = {"url": "http://127.0.0.1:8081/echo"}
APPENDED = {"appended_by": "server"}
BALANCER = ("network", 0, "balancer")


@pytest.mark.parametrize(
    ("server", "balancer"),
    [
        ({}, {}),
        ({}, APPENDED),
        ({"cookie": True}, APPENDED),
        (FIXED, None),
        (FIXED, {"nodes": 1}),
        (URL, None),
        (URL, {"nodes": 1}),
        ({"command": ["x", "{port}"]}, {}),
        ({"command": ["x", "{port}", "--node={node}"]}, APPENDED),
        ({}, {"cookie": "ID"}),
        ({}, {"sticky": "prefix", "pick": "random", "seed": 3}),
    ],
)
def test_server_can_be_the_nodes_of_its_balancer(server: Any, balancer: Any) -> None:
    check_nodes(Server.model_validate(server), [Hop(balancer=balancer)] if balancer is not None else [])


@pytest.mark.parametrize(
    ("server", "balancer", "place", "message"),
    [
        (FIXED, {"nodes": 2}, ("server", "ready"), "the port 19999 for each of 2 nodes"),
        (URL, {"nodes": 2}, ("server", "url"), "2 nodes before one server that runs already"),
        (URL, {"nodes": 1, **APPENDED}, (*BALANCER, "appended_by"), "appends no node"),
        ({"command": ["x", "{port}"]}, APPENDED, (*BALANCER, "appended_by"), "not told which node"),
        ({"cookie": False}, APPENDED, ("server", "cookie"), "where the servers write the node"),
        ({}, {"sticky": "prefix", "cookie": "x"}, (*BALANCER, "cookie"), '"cookie" beside "sticky: prefix"'),
        ({}, {"sticky": "none", **APPENDED}, (*BALANCER, "appended_by"), '"appended_by" beside "sticky: none"'),
        ({}, {"sticky": "prefix", "seed": 1}, (*BALANCER, "seed"), '"seed" where nothing is drawn'),
        ({}, {**APPENDED, "cookie": "ID"}, (*BALANCER, "cookie"), "where the servers append the node"),
    ],
)
def test_server_that_cannot_is_refused(server: Any, balancer: Any, place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as raised:
        check_nodes(Server.model_validate(server), [Hop.model_validate({"balancer": balancer})])
    assert raised.value.errors()[0]["loc"] == place


def test_scenario_says_what_does_not_fit() -> None:
    with pytest.raises(ValidationError, match="2 nodes before one server"):
        Scenario.model_validate({"title": "x", "server": URL, "network": [{"balancer": {}}]})
