from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.limits import Limits, When
from lab.scenario.network import Balancer, BehaviourUse, Hop, LinkBehaviourUse, check_order

USE = BehaviourUse(name="no_upgrade")


class Parameters(BaseModel):
    answer: str


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("no_upgrade", USE),
        ({"no_upgrade": None}, USE),
        ({"no_upgrade": {}}, USE),
        ({"name": "no_upgrade"}, USE),
        (USE, USE),
        ({"no_upgrade": {"answer": "x"}}, BehaviourUse(name="no_upgrade", parameters={"answer": "x"})),
        (
            {"no_upgrade": {"answer": "x", "nth": [2], "seed": 1}},
            BehaviourUse(name="no_upgrade", parameters={"answer": "x"}, limits=Limits(nth=[2], seed=1)),
        ),
    ],
)
def test_behaviour_is_widened(written: Any, expected: BehaviourUse) -> None:
    assert BehaviourUse.model_validate(written) == expected


@pytest.mark.parametrize("written", [None, 5, [], {}, {"a": {}, "b": {}}, {"no_upgrade": 5}])
def test_behaviour_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        BehaviourUse.model_validate(written)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("no_upgrade", ("parameters", "answer")),
        ({"name": "no_upgrade"}, ("parameters", "answer")),
        ({"no_upgrade": {"answer": 5}}, ("parameters", "answer")),
        ("made_up", ()),
    ],
)
def test_behaviour_is_held_against_its_own_model(written: Any, place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as raised:
        BehaviourUse.model_validate(written, context=Reading({"no_upgrade": Parameters}))
    assert [error["loc"] for error in raised.value.errors()] == [place]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("no_upgrade", Hop(behaviours=[USE])),
        ({"no_upgrade": {}}, Hop(behaviours=[USE])),
        ({"behaviours": ["no_upgrade"]}, Hop(behaviours=[USE])),
        ({"proxy": "forward"}, Hop(proxy="forward")),
        ({}, Hop()),
    ],
)
def test_hop_is_widened(written: Any, expected: Hop) -> None:
    assert Hop.model_validate(written) == expected


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


@pytest.mark.parametrize("hops", [[F | {"name": "a"}, R | {"name": "a"}], [F | {"name": "hop2"}, R]])
def test_every_hop_has_a_name_of_its_own(hops: Sequence[Any]) -> None:
    with pytest.raises(ValidationError, match="a second hop called") as raised:
        check_order([Hop.model_validate(hop) for hop in hops])
    assert raised.value.errors()[0]["loc"] == (1, "name")


class OneWay(Parameters):
    lab_direction: ClassVar[str] = "up"


class Late(BaseModel):
    lab_kind: ClassVar[str] = "link"
    delay: int = 0


MODELS: dict[str, type[BaseModel]] = {"no_upgrade": OneWay, "late": Late}


def read(hop: Any) -> Hop:
    return validate_plain(Network, {"hop": hop}, Reading(MODELS)).hop


class Network(BaseModel):
    hop: Hop


DOWN = {"direction": "down"}
LATE = LinkBehaviourUse(name="late", parameters={"delay": 5}, limits=Limits(when=When(direction="up")))


@pytest.mark.parametrize(
    ("written", "kind", "expected"),
    [
        ({"late": {"delay": 5, "when": {"direction": "up"}}}, "link", Hop(link=[LATE])),
        ("late", "link", Hop(link=[LinkBehaviourUse(name="late")])),
        ({"link": ["late"], "name": "wire"}, "link", Hop(name="wire", link=[LinkBehaviourUse(name="late")])),
        ({"link": []}, "link", Hop(link=[])),
        ({"balancer": {}}, "balancer", Hop(balancer=Balancer())),
        ({"proxy": "socks"}, "proxy", Hop(proxy="socks")),
        ({"min_tls": 1.2, "max_tls": "1.3"}, "proxy", Hop(min_tls="1.2", max_tls="1.3")),
    ],
)
def test_kind_of_a_hop_is_told_by_its_keys(written: Any, kind: str, expected: Hop) -> None:
    assert (read(written), expected.kind) == (expected, kind)


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ({"link": [], "tls": "intercept"}, (), '"tls" beside "link"'),
        ({"link": [], "proxy": "forward"}, (), '"proxy" beside "link"'),
        ({"balancer": {}, "link": []}, (), '"balancer" beside "link"'),
        ({"link": ["no_upgrade"]}, ("link", 0), "is a behaviour of a proxy"),
        ({"behaviours": ["late"]}, ("behaviours", 0), "is a behaviour of a link"),
        ({"late": {"when": {"url": "/x"}}}, ("link", 0, "limits", "when", "url"), "direction alone"),
        (
            {"no_upgrade": {"answer": "x", "when": DOWN}},
            ("behaviours", 0, "limits", "when", "direction"),
            "up: it acts",
        ),
        ("lat", (), "unknown behaviour"),
        ("forward", (), '"forward" is a kind of hop, and no behaviour: expected "- proxy: forward"'),
        ("balancer", (), 'expected "- balancer: {nodes: 2}"'),
        ({"socks": {"tls": "tunnel"}}, (), 'expected "- proxy: socks"'),
        ({"profile": "squid"}, (), "unknown profile"),
        ({"parameters": {}}, (), '"parameters" without "profile"'),
        ({"proxy": "forward", "http2": True}, (), "where TLS is passed on unread"),
        ({"extended_connect": True}, (), '"extended_connect" without HTTP/2'),
        ({"min_tls": "1.3", "max_tls": "1.2"}, (), '"max_tls" below "min_tls"'),
        ({"min_tls": 1.5}, ("min_tls",), "Input should be"),
        ({"balancer": {"nodes": 9}}, ("balancer", "nodes"), "less than or equal to 8"),
    ],
)
def test_wrong_hop_is_refused(written: Any, place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as raised:
        read(written)
    assert raised.value.errors()[0]["loc"] == ("hop", *place)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"proxy": "forward", "tls": "untrusted", "name": "x"}, Hop(proxy="forward", tls="intercept", name="x")),
        ({"proxy": "reverse", "http2": True}, Hop(http2=True)),
        ({"http2": True, "extended_connect": True}, Hop(http2=True, extended_connect=True)),
        ("late", Hop(link=[])),
        ({"balancer": {"nodes": 3}}, Hop(balancer=Balancer(nodes=3))),
        ({"no_upgrade": {"answer": "x"}}, Hop()),
    ],
)
def test_hop_without_behaviours_only_carries(written: Any, expected: Hop) -> None:
    bare = read(written).without_behaviours()
    assert (bare.model_dump(), bare.kind) == (expected.model_dump(), expected.kind)
