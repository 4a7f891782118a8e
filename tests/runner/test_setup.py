from typing import Any

import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.runner.setup import hop_specs, network_lines
from lab.scenario.model import BehaviourUse, Hop, Scenario

HOPS = [
    {"proxy": "forward", "tls": "intercept", "name": "gateway", "behaviours": ["no_upgrade"]},
    {"proxy": "reverse", "behaviours": [{"buffering": {"until": "4KiB"}}, "strip_cookies"]},
    {"proxy": "reverse"},
]


def hops() -> list[Hop]:
    return Scenario.model_validate({"title": "x", "network": HOPS}).network


def test_hops_have_their_names_kinds_and_behaviours_in_order() -> None:
    specs = hop_specs(hops(), Catalogue())
    assert [(spec.name, spec.proxy, spec.tls) for spec in specs] == [
        ("gateway", "forward", "intercept"),
        ("hop2", "reverse", "tunnel"),
        ("hop3", "reverse", "tunnel"),
    ]
    assert [[each.name for each in spec.behaviours] for spec in specs] == [
        ["no_upgrade"],
        ["buffering", "strip_cookies"],
        [],
    ]
    assert specs[1].behaviours[0].parameters.until == 4096  # type: ignore[attr-defined] # its own model's


def test_hops_of_two_cases_share_no_behaviour() -> None:
    catalogue = Catalogue()
    first, second = hop_specs(hops(), catalogue), hop_specs(hops(), catalogue)
    assert first[0].behaviours[0] is not second[0].behaviours[0]


def test_unknown_behaviour_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no behaviour called wobble"):
        hop_specs([Hop(behaviours=[BehaviourUse(name="wobble")])], Catalogue())


def test_network_is_told_in_words() -> None:
    first, second, third = network_lines(hops())
    assert first == "gateway: forward proxy, TLS intercepted: no_upgrade"
    assert second.startswith("hop2: reverse proxy: buffering (until: ") and second.endswith("), strip_cookies")
    assert third == "hop3: reverse proxy: passes everything on"


@pytest.mark.parametrize(
    ("hop", "expected"),
    [
        ({"link": []}, "hop1: link: passes everything on"),
        ({"proxy": "socks", "tls": "untrusted"},
         "hop1: SOCKS proxy, TLS intercepted with a certificate that is not trusted: passes everything on"),
        ({"proxy": "transparent", "tls": "intercept", "http2": True, "alpn": "stripped", "min_tls": "1.2"},
         "hop1: transparent proxy, TLS intercepted, HTTP/2, no ALPN, TLS 1.2 at least: passes everything on"),
        ({"http2": True, "extended_connect": True},
         "hop1: reverse proxy, HTTP/2 with extended CONNECT: passes everything on"),
        ({"balancer": {"nodes": 3, "sticky": "none"}, "name": "lb"},
         "lb: balancer of 3 nodes, not sticky: passes everything on"),
        ({"no_upgrade": {"answer": "hang", "after": 5000.0, "nth": [1, 2], "seed": 3,
                         "when": {"transport": ["websocket"]}}},
         "hop1: reverse proxy: no_upgrade (answer: hang, transport: websocket, after: 5s, nth: 1|2, seed: 3)"),
    ],
)  # fmt: skip
def test_every_kind_of_hop_is_told_in_words(hop: Any, expected: str) -> None:
    assert network_lines(Scenario.model_validate({"title": "x", "network": [hop]}).network) == [expected]


def test_balancer_chooses_among_its_nodes() -> None:
    network: Any = [{"balancer": {"nodes": 3, "sticky": "prefix"}}]
    (spec,) = hop_specs(Scenario.model_validate({"title": "x", "network": network}).network, Catalogue())
    assert spec.choice is not None
    assert (spec.proxy, spec.choice.nodes, spec.choice.sticky) == ("balancer", ["node1", "node2", "node3"], "prefix")


def test_balancer_leaves_the_cookie_to_the_servers_where_it_is_told_to() -> None:
    for by, appends in (("server", False), ("balancer", True)):
        network: Any = [{"balancer": {"appended_by": by}}]
        (spec,) = hop_specs(Scenario.model_validate({"title": "x", "network": network}).network, Catalogue())
        assert spec.appends is appends


def test_behaviours_have_their_limits_and_lots_of_their_own() -> None:
    use = {"no_upgrade": {"nth": [2], "seed": 1}}
    network: Any = [{"behaviours": [use, use]}, {"behaviours": [use]}]
    specs = [
        hop_specs(Scenario.model_validate({"title": "x", "network": network}).network, Catalogue()) for _ in "ab"
    ]
    drawn = [[one.random.random() for spec in each for one in spec.behaviours] for each in specs]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3
    assert specs[0][0].behaviours[0].filter.nth == {2}
