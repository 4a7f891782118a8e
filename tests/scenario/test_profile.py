from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field

from lab.errors import UsageError
from lab.scenario.limits import Limits
from lab.scenario.loader import load_bytes
from lab.scenario.model import Hop
from lab.scenario.problems import ScenarioErrors
from lab.scenario.profile import models_of


class Policy(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ports: list[int]
    status: int = Field(403, ge=400)


class Late(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lab_kind: ClassVar[str] = "link"
    delay: int = 0


BEHAVIOURS: dict[str, type[BaseModel]] = {"policy": Policy, "late": Late}
OFFICE = """
title: An office
source: [somebody said so]
hop:
  proxy: forward
  tls: intercept
  behaviours:
    - policy: {ports: [443], nth: 2, after: 5s}
"""
WIRE = "title: A wire\nsource: [x]\nhop: {late: {delay: 5}}\n"


@pytest.fixture
def models(tmp_path: Path) -> dict[str, type[BaseModel]]:
    (tmp_path / "office.yaml").write_text(OFFICE)
    (tmp_path / "wire.yaml").write_text(WIRE)
    return BEHAVIOURS | models_of(sorted(tmp_path.glob("*.yaml")), BEHAVIOURS)


def hop(written: str, models: dict[str, type[BaseModel]]) -> Hop:
    text = f"title: x\nnetwork:\n  - {written}\n"
    (found,) = load_bytes(text.encode(), Path("x.yaml"), models).scenario.network
    return found


@pytest.mark.parametrize(
    ("written", "parameters", "limits"),
    [
        ("office", {"ports": [443]}, Limits(nth=[2], after=5000.0)),
        ("office:", {"ports": [443]}, Limits(nth=[2], after=5000.0)),
        ("office: {policy: {status: 407}}", {"ports": [443], "status": 407}, Limits(nth=[2], after=5000.0)),
        ("office: {policy: {ports: [80], nth: 3}}", {"ports": [80]}, Limits(nth=[3], after=5000.0)),
        ("{profile: office, parameters: {policy: {after: 1s}}}", {"ports": [443]}, Limits(nth=[2], after=1000.0)),
    ],
)
def test_profile_stands_for_a_hop(
    written: str, parameters: Any, limits: Limits, models: dict[str, type[BaseModel]]
) -> None:
    found = hop(written, models)
    assert (found.profile, found.proxy, found.tls) == ("office", "forward", "intercept")
    (use,) = found.uses
    assert (use.name, use.parameters, use.limits) == ("policy", parameters, limits)


def test_what_stands_beside_a_profile_wins(models: dict[str, type[BaseModel]]) -> None:
    found = hop("{profile: office, name: hq, tls: tunnel, behaviours: [policy: {ports: [1]}]}", models)
    assert (found.name, found.proxy, found.tls) == ("hq", "forward", "tunnel")
    assert [use.parameters for use in found.uses] == [{"ports": [1]}, {"ports": [443]}]


def test_profile_of_a_link_is_a_link(models: dict[str, type[BaseModel]]) -> None:
    found = hop("wire: {late: {delay: 7}}", models)
    assert (found.kind, found.uses[0].parameters) == ("link", {"delay": 7})


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("offic", '3:5: unknown behaviour "offic"|did you mean "office"?'),
        ("office: {polcy: {}}", '3:14: unknown key "polcy"|did you mean "policy"?'),
        ("office: {policy: {prts: []}}", '3:23: unknown key "prts"|did you mean "ports"?'),
        ("office: {policy: {status: 5}}", '3:31: wrong value for "status"|at least 400'),
        ("office: {policy: {afer: 5s}}", '3:23: unknown key "afer"|did you mean "after"?'),
        ("office: {policy: {after: 5}}", '3:30: wrong value for "after"|a duration'),
        ("office: {policy: 5}", "3:22: not parameters|keys and values"),
        ("office: 5", '3:13: wrong value for "office"|keys and values'),
        ("{profile: offices}", '3:15: unknown profile "offices"|did you mean "office"?'),
        ("{profile: wire, proxy: forward}", '3:28: "proxy" beside a profile of a link|the keys of a link'),
        ("{profile: office, parameters: {policy: {prts: 1}}}", '3:45: unknown key "prts"|"ports"'),
    ],
)
def test_wrong_use_of_a_profile_is_told(written: str, problem: str, models: dict[str, type[BaseModel]]) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        hop(written, models)
    assert len(raised.value.problems) == 1
    for part in problem.split("|"):
        assert part in str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: x\nhop: {}\n", '1:1: missing key "source"'),
        ("title: x\nsource: [y]\nhop: {behaviours: [polcy]}\n", '3:20: unknown behaviour "polcy"'),
        ("title: x\nsource: [y]\nhop: {policy: {ports: x}}\n", '3:23: wrong value for "ports"'),
        ("title: x\nsource: [y]\nhop: office\n", '3:6: unknown behaviour "office"'),
        ("title: x\nsource: []\nhop: {}\n", '2:9: wrong value for "source"'),
        ("title: [\n", "x.yaml"),
    ],
)
def test_wrong_profile_is_told(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(ScenarioErrors) as raised:
        models_of([tmp_path / "x.yaml"], BEHAVIOURS)
    assert problem in str(raised.value)


def test_profile_called_like_a_behaviour_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(OFFICE)
    with pytest.raises(UsageError, match="there is a behaviour called policy"):
        models_of([tmp_path / "policy.yaml"], BEHAVIOURS)
