from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from lab.scenario.loader import load_bytes
from lab.scenario.problems import Problem, ScenarioErrors


class Delay(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lab_kind: ClassVar[str] = "link"
    delay: int = 0


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    answer: int = 0


MODELS: dict[str, type[BaseModel]] = {"late": Delay, "no_upgrade": Answer, "buffering": Answer}
HOPS = "network: [{name: office, behaviours: [no_upgrade]}, late, {balancer: {nodes: 2}}]"


def told(steps: str, head: str = HOPS) -> list[Problem]:
    text = f"title: x\n{head}\nsteps:\n" + "".join(f"  - {step}\n" for step in steps.split("|"))
    try:
        load_bytes(text.encode(), Path("x.yaml"), MODELS)
    except ScenarioErrors as errors:
        return list(errors.problems)
    return []


def problems(steps: str, head: str = HOPS) -> list[str]:
    return [f"{one.line}:{one.column}: {one.what}" for one in told(steps, head)]


@pytest.mark.parametrize(
    "steps",
    [
        "network: {hop: office, remove: no_upgrade}|network: {hop: hop1, add: no_upgrade}",
        "network: {hop: office, add: {buffering: {answer: 1, nth: 2}}}|network: {hop: office, remove: buffering}",
        "network: {hop: hop2, replace: {late: {delay: 5}}}",
        "network: {hop: office, remove: all}",
        "network: {hop: office, close: true}",
        "server: {action: stop, node: node2}|restart server: node1",
    ],
)
def test_steps_may_change_what_is_there(steps: str) -> None:
    assert problems(steps) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("network: {hop: offic, remove: all}", ['4:20: unknown hop "offic"']),
        ("network: {remove: all}", ["4:14: no hop"]),
        ("network: {hop: office}", ["4:14: nothing to change"]),
        ("network: {hop: office, remove: buffering}", ['4:36: the hop "office" does no "buffering"']),
        ("network: {hop: office, remove: all}|network: {hop: office, remove: no_upgrade}",
         ['5:36: the hop "office" does no "no_upgrade"']),
        ("network: {hop: office, replace: buffering}", ['4:37: the hop "office" does no "buffering"']),
        ("network: {hop: office, add: late}", ['4:33: "late" in a proxy']),
        ("network: {hop: hop2, add: {no_upgrade: {}}}", ['4:32: "no_upgrade" in a link']),
        ("network: {hop: office, add: {no_upgrade: {anser: 1}}}", ['4:47: unknown key "anser"']),
        ("network: {hop: office, add: {no_upgrad: {}}}", ['4:34: unknown behaviour "no_upgrad"']),
        ("network: {hop: office, add: {no_upgrade: {after: 5}}}", ['4:54: wrong value for "after"']),
        ("server: stop", ["4:13: no node"]),
        ("server: {action: stop, node: node3}", ['4:34: unknown node "node3"']),
        ("restart server: node9", ['4:21: unknown node "node9"']),
    ],
)  # fmt: skip
def test_steps_that_name_what_is_not_there_are_told(steps: str, expected: list[str]) -> None:
    assert problems(steps) == expected


@pytest.mark.parametrize(
    ("head", "steps", "expected"),
    [
        ("network: []", "network: {hop: hop1, remove: all}", ["4:5: a change of a network without hops"]),
        ("network: [no_upgrade]", "network: {remove: no_upgrade}", []),
        ("network: []", "restart server", []),
        ("network: []", "server: {action: stop, node: node1}", ['4:34: unknown node "node1"']),
        ("server: {command: [x, '{port}']}", "server: stop", []),
        (
            "server: {url: 'http://h/'}",
            "connect|push: a|close: {by: server}|connect: b|close: {connection: b}",
            [f"{line}:5: a server of your own cannot be told what to send, or to close" for line in (5, 6)],
        ),
        ("server: {cookie: true}", "connect|wait for: {session: closed}", []),
        (
            "server: {command: [x, '{port}']}",
            "connect|wait for: {session: closed}",
            ["5:25: a server that tells nothing of its sessions"],
        ),
        ("server: {url: 'http://h/'}", "server: stop", ["4:5: a server that runs already cannot be stopped"]),
    ],
)
def test_the_only_part_needs_no_name(head: str, steps: str, expected: list[str]) -> None:
    assert problems(steps, head) == expected


HOP = "network: [{proxy: forward, tls: untrusted}]"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("page: {scheme: http, endpoint_scheme: https}", []),
        ("page: {scheme: https, origin: cross}\nbrowsers: [chromium]", []),
        (
            "page: {scheme: https}\nbrowsers: [chromium]",
            ["2:33: a page that would not load through an untrusted hop"],
        ),
        ("page: {scheme: https}\nmatrix: {page.scheme: [http]}", []),
        (
            "matrix: {page.scheme: [http, https]}",
            ["2:33: a page that would not load through an untrusted hop (where page.scheme=https)"],
        ),
        ("page: {scheme: https, origin: cross}", ["2:33: a page that would not load through an untrusted hop"]),
    ],
)
def test_page_loads_where_a_hop_is_not_trusted(more: str, expected: list[str]) -> None:
    assert problems("connect", f"{HOP}\n{more}") == expected


OFFLINE = "WebKit cannot be taken offline without a proxy that it is told of"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("browsers: [webkit]", [f"5:5: {OFFLINE}"]),
        ("why: in every engine", [f"5:5: {OFFLINE}"]),
        ("network: [no_upgrade]", [f"5:5: {OFFLINE}"]),
        ("browsers: [chromium, firefox]", []),
        ("network: [{proxy: forward}]", []),
        ("network: [{proxy: socks}]", []),
    ],
)
def test_webkit_is_taken_offline_behind_a_proxy_alone(head: str, expected: list[str]) -> None:
    assert problems("connect|offline: 1s", head) == expected


def test_what_a_matrix_changes_is_held_against_the_steps_with_its_values() -> None:
    head = "browsers: [webkit]\nmatrix: {network: [[], [{proxy: forward}]]}"
    assert problems("connect|offline: 1s", head) == [f"6:5: {OFFLINE} (where network=[])"]


def test_all_that_is_not_there_is_told_at_once() -> None:
    steps = "network: {hop: offic, close: true}|server: stop|network: {hop: office, remove: [a, b]}"
    assert [one.partition(": ")[2] for one in problems(steps)] == [
        'unknown hop "offic"', "no node", 'the hop "office" does no "a"', 'the hop "office" does no "b"'
    ]  # fmt: skip


def test_behaviour_that_a_hop_does_not_do_is_told_with_those_that_it_does() -> None:
    head, steps = "network: [{behaviours: [buffering]}, {name: b}]", "connect|network: {hop: hop1, remove: bufering}"
    (problem,) = told(steps, head)
    assert (problem.what, problem.nearest) == ('the hop "hop1" does no "bufering"', "buffering")
    (problem,) = told("network: {hop: b, replace: buffering}", head)
    assert (problem.what, problem.expected) == ('the hop "b" does no "buffering"', "one that it does; it does none")


def test_key_that_is_pointed_at_is_not_told_as_what_came() -> None:
    (problem,) = told("network: {hop: hop1, remove: all}", "network: []")
    assert problem.came == ""
