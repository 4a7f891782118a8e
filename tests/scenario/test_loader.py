import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from lab import shipped
from lab.errors import UsageError
from lab.scenario.loader import load, load_bytes
from lab.scenario.model import BehaviourUse, ExpectedAttempt, Hop, Scenario
from lab.scenario.problems import ScenarioErrors
from lab.scenario.step import StepModel
from lab.scenario.steps.close import Close
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.idle import Idle
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send


class NoUpgrade(BaseModel):
    model_config = ConfigDict(extra="forbid")
    answer: str = "strip"


BEHAVIOURS: Mapping[str, type[BaseModel]] = {"no_upgrade": NoUpgrade}
HANGING = Hop(behaviours=[BehaviourUse(name="no_upgrade", parameters={"answer": "hang"})])
HOP = Hop(behaviours=[BehaviourUse(name="no_upgrade")])


def scenario_of(text: str) -> Scenario:
    return load_bytes(f"title: x\n{text}".encode(), Path("x.yaml"), BEHAVIOURS).scenario


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("connect", Connect()),
        ("connect:", Connect()),
        ("connect: {within: 2m}", Connect(within=120_000.0)),
        ("{step: connect, within: 1h}", Connect(within=3_600_000.0)),
        ("send: hello", Send(text="hello")),
        ("send: {text: hello}", Send(text="hello")),
        ("{step: send, text: hello}", Send(text="hello")),
        ("receive", Receive()),
        ("receive:", Receive()),
        ("receive: hello", Receive(text="hello")),
        ("receive: {within: 1.5s}", Receive(within=1500.0)),
        ("idle: 250ms", Idle(duration=250.0)),
        ("idle: {for: 250ms}", Idle(duration=250.0)),
        ("close", Close()),
        ("close: {code: 3000, reason: bye}", Close(code=3000, reason="bye")),
    ],
)
def test_loader_takes_every_form_of_a_step(step: str, expected: StepModel) -> None:
    before = [] if isinstance(expected, Connect) else [Connect()]
    written = "  - connect\n" * len(before)
    assert scenario_of(f"steps:\n{written}  - {step}\n").steps == [*before, expected]


@pytest.mark.parametrize(
    ("hop", "expected"),
    [
        ("no_upgrade", HOP),
        ("no_upgrade:", HOP),
        ("no_upgrade: {}", HOP),
        (
            "no_upgrade: {answer: hang}",
            Hop(behaviours=[BehaviourUse(name="no_upgrade", parameters={"answer": "hang"})]),
        ),
        ("{behaviours: [no_upgrade]}", HOP),
        ("{behaviours: [no_upgrade: ]}", HOP),
        ("{behaviours: [{name: no_upgrade}]}", HOP),
        ("{behaviours: [{name: no_upgrade, parameters: {}}]}", HOP),
        ("{proxy: forward}", Hop(proxy="forward")),
        ("{}", Hop()),
        ("{name: squid}", Hop(name="squid")),
    ],
)
def test_loader_takes_every_form_of_a_hop(hop: str, expected: Hop) -> None:
    assert scenario_of(f"network:\n  - {hop}\n").network == [expected]


@pytest.mark.parametrize("attempt", ["websocket: timed out", "{transport: websocket, outcome: timed out}"])
def test_loader_takes_every_form_of_an_attempt(attempt: str) -> None:
    expected = [ExpectedAttempt(transport="websocket", outcome="timed out")]
    assert scenario_of(f"expect:\n  attempts:\n    - {attempt}\n").expect.attempts == expected


def test_loader_reads_a_whole_scenario() -> None:
    scenario = scenario_of(
        """
why: >
  Prose.
tags: [corporate]
server: {service: echo, heartbeat: 25s, response_limit: 128KiB, cookie: false, websocket: true}
page: {scheme: http, origin: same}
client: {version: "1.6.1", transports: [], server: null, session_id: null, timeout: null}
network:
  - proxy: forward
    tls: tunnel
    behaviours:
      - no_upgrade: {answer: strip}
browsers: [chromium, webkit]
expect:
  transport: xhr-polling
  opened_within: 4s
  delivery: exactly once, in order
  webkit: {transport: none, opened_within: null, delivery: null}
"""
    )
    assert scenario.server.response_limit == 131_072
    assert scenario.why == "Prose.\n"
    assert scenario.expect.for_engine("chromium").transport == "xhr-polling"
    assert scenario.expect.for_engine("webkit").transport == "none"
    assert [step.step for step in scenario.steps] == ["connect", "send", "receive", "close"]


def test_loader_takes_any_behaviour_where_none_are_known() -> None:
    document = load_bytes(b"title: x\nnetwork: [{made_up: {any: 1}}]", Path("x.yaml"))
    assert document.scenario.network[0].behaviours == [BehaviourUse(name="made_up", parameters={"any": 1})]


def test_loader_names_the_document() -> None:
    assert load_bytes(b"title: x", Path("some/x.yaml")).name == "x"
    assert load_bytes(b"title: x", Path("some/x.yaml"), name="some/x").name == "some/x"


def test_loader_tells_problems_of_the_matrix_with_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("title: x\ntitle: y\nmatrix: {page.scheme: [htps]}\n")
    with pytest.raises(ScenarioErrors) as raised:
        load(path, BEHAVIOURS)
    assert [(problem.path, problem.line) for problem in raised.value.problems] == [
        (path.as_posix(), 2),
        (path.as_posix(), 3),
    ]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\x00b.yaml"])
def test_loader_says_which_file_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="the file cannot be read"):
        load(tmp_path / name)


@pytest.mark.parametrize("path", sorted(shipped.SCENARIOS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_loader_takes_the_shipped_scenarios(path: Path) -> None:
    assert load(path).scenario.title


# Words and values that stand in scenarios, put together at random: most of it is wrong, in every way.
SOME_WORDS = """
title server page client network browsers matrix steps expect heartbeat cookie scheme version transports
proxy behaviours no_upgrade answer name parameters send receive idle close connect step text for code within
attempts only_attempts transport outcome websocket webkit include exclude client.version network.0 steps.0.send
network.0.proxy page..x
"""
WORDS = st.sampled_from(SOME_WORDS.split())
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 5000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.sampled_from(["5s", "4KiB", "1.6.1", "https", "none", "failed", "forward", "", "\x00", "\x85", "☃"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@example({"steps": [{"step": []}]}, None)
@given(st.dictionaries(WORDS, VALUES, max_size=5), st.sampled_from([None, 1]))
def test_loader_raises_nothing_but_scenario_errors(value: dict[str, Any], indent: int | None) -> None:
    content = json.dumps({"title": "x", **value}, indent=indent).encode()
    try:
        document = load_bytes(content, Path("x.yaml"), BEHAVIOURS)
    except ScenarioErrors as errors:
        lines = content.decode().splitlines()
        for problem in errors.problems:
            assert 1 <= problem.line <= len(lines)
            assert problem.text == lines[problem.line - 1]
            assert 1 <= problem.column <= len(problem.text) + 1
            assert "Input should" not in problem.render()
    else:
        assert document.scenario.title


@settings(deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_loader_survives_any_content(content: bytes) -> None:
    with pytest.raises(ScenarioErrors):
        load_bytes(content, Path("x.yaml"), BEHAVIOURS)
