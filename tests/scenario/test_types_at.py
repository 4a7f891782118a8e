import pytest
from pydantic import BaseModel

from lab.scenario.expectations import Expectation
from lab.scenario.limits import Limits, When
from lab.scenario.locate import Loc
from lab.scenario.model import Scenario, Server
from lab.scenario.network import Hop
from lab.scenario.steps.idle import Idle
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send
from lab.scenario.types_at import keys_of, models_at


class Inner(BaseModel):
    path: str


class Parameters(BaseModel):
    rule: Inner | str = ""
    rules: dict[str, list[Inner]] = {}


@pytest.mark.parametrize(
    ("loc", "models"),
    [
        ((), [Scenario]),
        (("server",), [Server]),
        (("server", "heartbeat"), []),
        (("network", 3), [Hop]),
        (("steps", 1, "send"), [Send]),
        (("steps", 1, "receive"), [Receive]),
        (("expect", "webkit"), [Expectation]),
        (("network", 0, "behaviours", 0, "parameters"), [Parameters, Limits]),
        (("network", 0, "behaviours", 0, "parameters", "rule"), [Inner]),
        (("network", 0, "behaviours", 0, "parameters", "rule", "Inner"), [Inner]),
        (("network", 0, "behaviours", 0, "parameters", "rules", "any", 0), [Inner]),
        (("network", 0, "link", 0, "limits", "when"), [When]),
        (("network", 0, "parameters"), [Parameters]),
    ],
)
def test_models_at_a_place_are_found(loc: Loc, models: list[type[BaseModel]]) -> None:
    assert models_at(loc, lambda loc: "known", {"known": Parameters}) == models


def test_parameters_of_an_unknown_behaviour_have_no_model() -> None:
    assert models_at(("network", 0, "behaviours", 0, "parameters"), lambda loc: "made_up", {}) == []


def test_keys_are_those_of_a_file() -> None:
    assert keys_of(Idle) == ["for"]
    assert keys_of(Receive) == ["connection", "text", "count", "within"]
