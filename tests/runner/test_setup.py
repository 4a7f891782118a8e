import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.runner.setup import hop_specs, network_lines, server_options
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


def test_server_options_are_the_scenarios_in_seconds_and_bytes() -> None:
    server = {
        "heartbeat": "250ms",
        "disconnect_delay": "2s",
        "response_limit": "4KiB",
        "cookie": True,
        "websocket": False,
    }
    options = server_options(Scenario.model_validate({"title": "x", "server": server}))
    assert (options.heartbeat_s, options.disconnect_delay_s, options.response_limit) == (0.25, 2.0, 4096)
    assert options.cookie and not options.websocket
