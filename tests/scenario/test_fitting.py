from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.fitting import check_names_of, check_nodes, check_order
from lab.scenario.network import Hop
from lab.scenario.server import Server

F, R, T, S = ({"proxy": kind} for kind in ("forward", "reverse", "transparent", "socks"))
L: dict[str, Any] = {"link": []}
B: dict[str, Any] = {"balancer": {}}


@pytest.mark.parametrize(
    "hops", [[], [F], [F, F, R, R], [L, F, L, F, T, L, R, L, B], [L, S, T, R], [F, S, L, S, F], [B]]
)
def test_hops_are_in_order(hops: Sequence[Any]) -> None:
    check_order([Hop.model_validate(hop) for hop in hops])


@pytest.mark.parametrize(
    ("hops", "place"),
    [
        ([R, F], (1, "proxy")),
        ([F, R, F], (2, "proxy")),
        ([T, F], (1, "proxy")),
        ([S, R, S], (2, "proxy")),
        ([B, F], (0, "balancer")),
        ([B, L], (0, "balancer")),
    ],
)
def test_hop_that_would_see_no_traffic_is_refused(hops: Sequence[Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as raised:
        check_order([Hop.model_validate(hop) for hop in hops])
    assert raised.value.errors()[0]["loc"] == place


@pytest.mark.parametrize("names", [[], [None, None], ["a", "b"], ["hop1", None], ["a", "hop2"], ["hop9"]])
def test_each_hop_has_a_name_of_its_own(names: Sequence[str | None]) -> None:
    check_names_of([Hop(name=name) for name in names])


@pytest.mark.parametrize(
    ("names", "place", "other"),
    [
        (["a", "a"], (1, "name"), "hop 1"),
        ([None, "hop1"], (1, "name"), "hop 1"),
        (["hop2", None], (0, "name"), "hop 2"),
        (["a", "b", "a"], (2, "name"), "hop 1"),
    ],
)
def test_name_that_means_two_hops_is_refused(names: Sequence[str | None], place: tuple[Any, ...], other: str) -> None:
    with pytest.raises(ValidationError, match=f"also that of {other}") as raised:
        check_names_of([Hop(name=name) for name in names])
    assert raised.value.errors()[0]["loc"] == place


FIXED = {"command": ["x", "19999"], "ready": "http://127.0.0.1:19999/echo/info"}
URL = {"url": "http://127.0.0.1:8081/echo"}
APPENDED = {"appended_by": "server"}


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
    ],
)
def test_server_can_be_the_nodes_of_its_balancer(server: Any, balancer: Any) -> None:
    check_nodes(Server.model_validate(server), [Hop(balancer=balancer)] if balancer is not None else [])


@pytest.mark.parametrize(
    ("server", "balancer", "place", "message"),
    [
        (FIXED, {"nodes": 2}, ("server", "ready"), "the port 19999 for each of 2 nodes"),
        (URL, {"nodes": 2}, ("server", "url"), "2 nodes before one server that runs already"),
        (URL, {"nodes": 1, **APPENDED}, ("network", 0, "balancer", "appended_by"), "appends no node"),
        ({"command": ["x", "{port}"]}, APPENDED, ("network", 0, "balancer", "appended_by"), "not told which node"),
        ({"cookie": False}, APPENDED, ("server", "cookie"), "where the servers write the node"),
    ],
)
def test_server_that_cannot_is_refused(server: Any, balancer: Any, place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as raised:
        check_nodes(Server.model_validate(server), [Hop.model_validate({"balancer": balancer})])
    assert raised.value.errors()[0]["loc"] == place
