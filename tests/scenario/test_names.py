"""What steps call connections and tabs: each row is a list of steps and what is wrong with it."""

from pathlib import Path

import pytest

from lab.scenario.loader import load_bytes
from lab.scenario.matrix import cases
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
        ("send: a, connect", "3:5", "send before any connect"),
        ("push: {text: b, connection: a}, connect: a", "", 'the connection "a" is made by a later step'),
        ("push: {text: b, connection: b}, connect: a", "", 'unknown connection "b"'),
        ("connect: {name: a, tab: b}, open tab: b", "", 'the tab "b" is made by a later step'),
    ],
)
def test_name_that_nobody_gave_is_refused(steps: str, place: str, what: str) -> None:
    written = "\n".join(f"  - {step}" for step in steps.replace("b, c", "b; c").replace("a, t", "a; t").split(", "))
    with pytest.raises(ScenarioErrors, match=what) as raised:
        load_bytes(f"title: x\nsteps:\n{written}\n".replace(";", ",").encode(), Path("x.yaml"))
    assert len(raised.value.problems) == 1
    if place and "," not in steps:
        assert f"x.yaml:{place}:" in str(raised.value)


def test_every_wrong_name_is_told_at_once() -> None:
    text = """title: x
steps:
  - connect: one
  - connect: one
  - send: {text: a, connection: two}
  - close: main
  - receive: {within: 5, connection: nobody}
  - reload: {tab: three}
  - close: {connection: four}
expect: {connections: {five: {state: open}}}
"""
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(text.encode(), Path("x.yaml"))
    assert [f"{one.line}: {one.what}" for one in raised.value.problems] == [
        '4: a second connection called "one"',
        '5: unknown connection "two"',
        '6: wrong value for "close"',
        '7: wrong value for "within"',
        '8: unknown tab "three"',
        '9: unknown connection "four"',
        '10: unknown connection "five"',
    ]


@pytest.mark.parametrize("wrong", ["connect: {name: b, within: 5}", "conect: b", "open tab: {nam: b}"])
def test_nothing_is_said_of_names_behind_a_wrong_step_that_may_have_given_them(wrong: str) -> None:
    text = f"title: x\nsteps:\n  - connect: a\n  - {wrong}\n  - send: {{text: a, connection: b}}\n"
    text += "expect: {connections: {b: {state: open}}}\n"
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(text.encode(), Path("x.yaml"))
    assert {one.line for one in raised.value.problems} == {4}


def test_name_that_the_matrix_gives_is_held_against_the_steps_with_it() -> None:
    text = "title: x\nsteps: [connect: a, close: {connection: z}]\nmatrix: {steps.1.close.connection: [a, b]}\n"
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(text.encode(), Path("x.yaml"))
    assert [(one.line, one.what) for one in raised.value.problems] == [(3, 'unknown connection "b"')]
    assert cases(load_bytes(text.replace(", b]", "]").encode(), Path("x.yaml")))


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
