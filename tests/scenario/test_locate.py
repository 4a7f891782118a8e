import pytest

from lab.scenario.locate import Loc, locate
from lab.scenario.yaml_text import read

TEXT = """
server: {heartbeat: 25s}
network:
  - no_upgrade
  - buffering: {until: close}
  - behaviours: [no_upgrade: {answer: strip}, {name: named, parameters: {a: 1}}]
steps:
  - connect
  - send: hello
  - {step: idle, for: 5s}
  - receive: {within: 2s}
expect:
  attempts: [websocket: failed]
"""


@pytest.mark.parametrize(
    ("loc", "text", "label"),
    [
        (("server", "heartbeat"), "25s", "heartbeat"),
        (("server", "heartbeat", "[key]"), "heartbeat", "heartbeat"),
        (("network", 1, "buffering", "[key]"), "buffering", "buffering"),
        (("network", 0, "behaviours", 0, "name"), "no_upgrade", "network"),
        (("network", 0, "behaviours", 0, "parameters", "answer"), "no_upgrade", "network"),
        (("network", 1, "behaviours", 0, "name"), "buffering", "buffering"),
        (("network", 1, "behaviours", 0, "parameters"), "{until: close}", "buffering"),
        (("network", 1, "behaviours", 0, "parameters", "until"), "close", "until"),
        (("network", 2, "behaviours", 0, "parameters", "answer"), "strip", "answer"),
        (("network", 2, "behaviours", 1, "name"), "named", "name"),
        (("network", 2, "behaviours", 1, "parameters", "a"), "1", "a"),
        (("steps", 0, "connect", "within"), "connect", "steps"),
        (("steps", 1, "send", "text"), "hello", "send"),
        (("steps", 2, "idle", "for"), "5s", "for"),
        (("steps", 3, "receive", "within"), "2s", "within"),
        (("expect", "attempts", 0, "transport"), "websocket", "websocket"),
        (("expect", "attempts", 0, "outcome"), "failed", "websocket"),
        # branches of unions are no keys
        (("server", "heartbeat", "function-before[f(), float]"), "25s", "heartbeat"),
        (("steps", 9), "- connect", "steps"),
    ],
)
def test_place_is_found_in_every_form(loc: Loc, text: str, label: str) -> None:
    source, root, _ = read(TEXT.encode(), "x.yaml")
    place = locate(root, loc)
    assert source.text[place.node.start : place.node.end].startswith(text)
    assert place.label == label


def test_place_says_where_it_left_the_file() -> None:
    _, root, _ = read(TEXT.encode(), "x.yaml")
    place = locate(root, ("network", 1, "behaviours", 0, "parameters", "until", "str"))
    assert place.found == 4
    assert place.branches == (
        ("network", 1),
        ("network", 1, "behaviours"),
        ("network", 1, "behaviours", 0, "parameters", "until"),
    )


@pytest.mark.parametrize(
    ("text", "loc", "pointed"),
    [("a: {b: 1}", ("a",), "a"), ("a: x", ("a",), "x"), ("a:", ("a",), "a"), ("[{}]", (0,), "{}")],
)
def test_pointer_prefers_the_key_of_a_collection(text: str, loc: Loc, pointed: str) -> None:
    source, root, _ = read(text.encode(), "x.yaml")
    pointer = locate(root, loc).pointer
    assert source.text[pointer.start : pointer.end] == pointed
