from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from lab.scenario.base import Reading
from lab.scenario.network import BehaviourUse, Hop, check_order

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


@pytest.mark.parametrize(
    ("kinds", "right"),
    [
        ([], True),
        (["forward"], True),
        (["forward", "forward", "reverse", "reverse"], True),
        (["reverse", "forward"], False),
        (["forward", "reverse", "forward"], False),
    ],
)
def test_forward_proxies_come_first(kinds: Sequence[Any], right: bool) -> None:
    hops = [Hop(proxy=kind) for kind in kinds]
    if right:
        check_order(hops)
    else:
        with pytest.raises(ValidationError) as raised:
            check_order(hops)
        assert raised.value.errors()[0]["loc"] == (len(kinds) - 1, "proxy")
