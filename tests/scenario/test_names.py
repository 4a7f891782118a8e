"""What steps call connections and tabs: each row is a list of steps and what is wrong with it."""

from pathlib import Path

import pytest

from lab.scenario.loader import load_bytes
from lab.scenario.problems import ScenarioErrors


@pytest.mark.parametrize(
    ("steps", "place", "what"),
    [
        ("send: a", "3:5", "send before any connect"),
        ("close", "3:5", "close before any connect"),
        ("connect, connect: main", "3:14", 'a second connection called "main"'),
        ("connect: a, send: {text: b, connection: b}", "", 'unknown connection "b"'),
        ("connect: a, send: b", "4:5", 'no connection called "main", which is meant where none is named'),
        ("connect, reload: {tab: second}", "", 'unknown tab "second"'),
        ("connect: {throws: x}, send: a", "", "send before any connect"),
        ("open tab: a, open tab: a", "", 'a second tab called "a"'),
    ],
)
def test_name_that_nobody_gave_is_refused(steps: str, place: str, what: str) -> None:
    written = "\n".join(f"  - {step}" for step in steps.replace("text: b, ", "text: b; ").split(", "))
    with pytest.raises(ScenarioErrors, match=what) as raised:
        load_bytes(f"title: x\nsteps:\n{written}\n".replace(";", ",").encode(), Path("x.yaml"))
    assert len(raised.value.problems) == 1
    if place and "," not in steps:
        assert f"x.yaml:{place}:" in str(raised.value)


@pytest.mark.parametrize(
    "steps",
    [
        "[open tab: second, connect: {name: a, tab: second}, send: {text: x, connection: a}, reload: {tab: second}]",
        "[connect: {on_failure: continue}, connect: again, send: {text: x, connection: again}]",
        "[connect, wait for: {state: closed}]",
    ],
)
def test_name_that_was_given_is_taken(steps: str) -> None:
    assert load_bytes(f"title: x\nsteps: {steps}\n".encode(), Path("x.yaml")).scenario.steps


def test_own_page_makes_its_connections_itself() -> None:
    text = 'title: x\npage: {url: "{origin}/app"}\nsteps: [click: "#go", wait for: {state: open, connection: chat}]\n'
    assert load_bytes(text.encode(), Path("x.yaml")).scenario.page.url == "{origin}/app"
