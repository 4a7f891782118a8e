"""Which expectations cannot hold: each row is a scenario and what is told of it."""

from pathlib import Path

import pytest

from lab.scenario.loader import load_bytes
from lab.scenario.matrix import cases
from lab.scenario.problems import ScenarioErrors

POLLING = "client: {transports: [xhr-streaming, xhr-polling]}"
TWO = "steps: [connect, connect: second]"


def told(text: str) -> list[str]:
    try:
        load_bytes(f"title: x\n{text}\n".encode(), Path("x.yaml"))
    except ScenarioErrors as errors:
        return [f"{one.line}:{one.column}: {one.what}" for one in errors.problems]
    return []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # transports that the client may not use
        (f"{POLLING}\nexpect: {{transport: websocket}}", ['3:21: not among client.transports: "websocket"']),
        (
            f"{POLLING}\nexpect: {{only_attempts: [websocket: failed, xhr-polling: opened]}}",
            ['3:26: not among client.transports: "websocket"'],
        ),
        (
            f"{POLLING}\nexpect: {{webkit: {{transport: websocket}}}}",
            ['3:30: not among client.transports: "websocket"'],
        ),
        (
            f"{POLLING}\n{TWO}\nexpect: {{connections: {{second: {{transport: websocket}}}}}}",
            ['4:44: not among client.transports: "websocket"'],
        ),
        (
            f"{POLLING}\nsteps: [connect, expect: {{transport: websocket}}]",
            ['3:38: not among client.transports: "websocket"'],
        ),
        ("steps: [connect: {raw: true}]\nexpect: {transport: websocket}",
         ['3:21: a raw connection does not come to "websocket"']),
        ("expect: {transport: raw-websocket}", ['2:21: "raw-websocket" of the client']),
        # connections that nobody makes
        (f"{TWO}\nexpect: {{connections: {{secnd: {{state: open}}}}}}", ['3:24: unknown connection "secnd"']),
        (
            "steps: [connect: {name: a, throws: b}]\nexpect: {connections: {a: {state: open}}}",
            ['3:24: unknown connection "a"'],
        ),
        (
            "steps: [connect: a]\nexpect: {transport: websocket, close_code: 1000, session_cookie: absent}",
            [
                '3:21: "transport" of the connection "main", which no step makes',
                '3:44: "close_code" of the connection "main", which no step makes',
            ],
        ),
        # what contradicts itself
        (
            "expect: {transport: websocket, attempts: [websocket: failed, xhr-polling: opened]}",
            ['2:21: a transport that "attempts" does not open: "websocket"'],
        ),
        (
            "expect: {attempts: [websocket: opened, xhr-polling: opened]}",
            ['2:40: an attempt after "websocket: opened"'],
        ),
        (
            "expect: {transport: xhr-polling, only_attempts: [websocket: failed]}",
            ['2:49: no attempt opens, but "transport" is xhr-polling'],
        ),
        (
            "expect: {transport: xhr-polling, only_attempts: []}",
            ['2:49: no attempt opens, but "transport" is xhr-polling'],
        ),
        (
            'expect: {transport: none, opened_within: 5s, delivery: "exactly once, in order"}',
            ['2:42: "opened_within" where "transport" is none', '2:56: "delivery" where "transport" is none'],
        ),
        ("expect: {state: open, close_code: 1000}", ['2:35: "close_code" beside "state: open"']),
        (
            "expect: {attempts: [websocket: opened], webkit: {transport: xhr-polling}}",
            ['2:61: a transport that "attempts" does not open: "xhr-polling"'],
        ),
    ],
)  # fmt: skip
def test_what_cannot_hold_is_told(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"{POLLING}\nexpect: {{transport: xhr-polling, attempts: [xhr-streaming: timed out, xhr-polling: opened]}}",
        f"{POLLING}\nexpect: {{transport: none, only_attempts: []}}",
        # what every engine says otherwise is never held against anything
        f"{POLLING}\nbrowsers: [webkit]\nexpect: {{transport: websocket, webkit: {{transport: xhr-polling}}}}",
        f"{POLLING}\nbrowsers: [webkit]\nexpect: {{firefox: {{transport: websocket}}}}",
        f"{POLLING}\nexpect: {{webkit: {{transport: null}}}}",
        # a client, a page or a script of one's own may do what it likes
        "client: {path: x.js, transports: [xhr-polling]}\nexpect: {transport: websocket}",
        "client: {url: /x.js, transports: [xhr-polling]}\nexpect: {transport: websocket}",
        'page: {url: "{origin}/"}\nclient: {transports: xhr-polling}\nexpect: {transport: websocket}',
        'page: {url: "{origin}/"}\nsteps: [reload]\nexpect: {connections: {chat: {state: open}}}',
        "steps: [evaluate: new SockJS('/echo')]\nexpect: {transport: websocket}",
        "steps: [connect: {raw: true}]\nexpect: {transport: raw-websocket}",
        "steps: [connect: {throws: x}]\nexpect: {transport: none, only_attempts: []}",
        "steps: [connect: a]\nexpect: {session_cookie: absent, connections: {a: {transport: websocket}}}",
        f"{TWO}\nexpect: {{connections: {{main: {{state: open}}, second: {{state: closed}}}}}}",
    ],
)
def test_what_may_hold_is_taken(text: str) -> None:
    assert told(text) == []


def test_expectation_is_held_against_what_the_matrix_makes_of_the_rest() -> None:
    matrix = "matrix: {client.transports: [xhr-polling, websocket]}\nexpect: {transport: websocket}"
    what = 'not among client.transports: "websocket" (where client.transports=xhr-polling)'
    assert told(matrix) == [f"3:21: {what}"]


def test_expectation_of_a_cell_is_held_against_its_client() -> None:
    text = """
client: {transports: websocket}
matrix:
  include:
    - {client.transports: xhr-polling, expect.transport: xhr-polling}
    - {client.transports: websocket, expect.transport: xhr-polling}
expect: {transport: websocket}
"""
    assert told(text) == ['7:56: not among client.transports: "xhr-polling"']


def test_what_the_file_says_itself_is_not_held_against_what_the_matrix_changes() -> None:
    text = b"title: x\nclient: {transports: websocket}\nmatrix: {client.transports: [xhr-polling]}\n"
    document = load_bytes(text + b"expect: {transport: xhr-polling}\n", Path("x.yaml"))
    assert [case.scenario.client.transports for case in cases(document)] == ["xhr-polling"] * 3
