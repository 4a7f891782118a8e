"""The table of what a wrong file is told: each row is the text of a file and everything that is rendered."""

from enum import Enum
from pathlib import Path
from textwrap import dedent, fill
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from lab.scenario.loader import load_bytes
from lab.scenario.network import BehaviourUse, Hop
from lab.scenario.problems import ScenarioErrors
from lab.scenario.profile import Profile, model_of
from lab.scenario.steps import STEPS
from lab.scenario.units import Bytes, Milliseconds


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str


class NoUpgrade(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    answer: Literal["strip", "hang", 400, 403] = "strip"
    hold: Milliseconds | None = None
    size: Bytes | Literal["all"] = "all"
    ports: tuple[int, ...] = ()
    share: float = Field(0.5, gt=0, lt=1)
    colour: Colour = Colour.RED
    rule: Rule | str = ""
    lasts: Milliseconds = Field(0.0, alias="let")


class Buffering(BaseModel):
    model_config = ConfigDict(extra="forbid")
    until: str


BEHAVIOURS: dict[str, type[BaseModel]] = {"no_upgrade": NoUpgrade, "buffering": Buffering}


def rendered(text: str) -> str:
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(text.encode(), Path("x.yaml"), BEHAVIOURS)
    return str(raised.value)


TABLE = [
    # the whole file
    (
        "hello\n",
        """
        x.yaml:1:1: wrong value
          1 | hello
            | ^^^^^
          expected keys and values (title, why, tags, server, page, client, network, browsers, matrix,
            steps, expect)
          came "hello"
        """,
    ),
    (
        "title: ''\n",
        """
        x.yaml:1:8: wrong value for "title"
          1 | title: ''
            |        ^^
          expected a text of at least 1 character
          came ""
        """,
    ),
    # keys: a misspelt one is not told as missing, too
    (
        "titel: x\n",
        """
        x.yaml:1:1: unknown key "titel"
          1 | titel: x
            | ^^^^^
          expected one of title, why, tags, server, page, client, network, browsers, matrix, steps, expect
          did you mean "title"?
        """,
    ),
    (
        "why: x\n",
        """
        x.yaml:1:1: missing key "title"
          1 | why: x
            | ^^^^^^
          expected "title: ..."
        """,
    ),
    # types
    (
        "title: x\nserver:\n  heartbeat: 25\n  disconnect_delay: 5.0\n  cookie: yes\n  response_limit: 128\n",
        """
        x.yaml:3:14: wrong value for "heartbeat"
          3 |   heartbeat: 25
            |              ^^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 25

        x.yaml:4:21: wrong value for "disconnect_delay"
          4 |   disconnect_delay: 5.0
            |                     ^^^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 5.0

        x.yaml:5:11: wrong value for "cookie"
          5 |   cookie: yes
            |           ^^^
          expected true or false
          came "yes"
          did you mean "true"?

        x.yaml:6:19: wrong value for "response_limit"
          6 |   response_limit: 128
            |                   ^^^
          expected a size with its unit, such as 100B, 4KiB or 1MiB
          came the number 128
        """,
    ),
    (
        "title: x\nclient: {version: 1.10, session_id: '8', server:\n  [a]}\n",
        """
        x.yaml:2:19: wrong value for "version"
          2 | client: {version: 1.10, session_id: '8', server:
            |                   ^^^^
          expected a text: "1.10" in quotes
          came the number 1.1

        x.yaml:2:37: wrong session id
          2 | client: {version: 1.10, session_id: '8', server:
            |                                     ^^^
          expected a length from 1 to 200, or the source of a function such as () => 'a1'
          came "8"

        x.yaml:3:3: wrong value for "server"
          3 |   [a]}
            |   ^^^
          expected a text
          came a list
        """,
    ),
    (
        "title: x\nclient: {version: 1.6.x, session_id: 0}\n",
        """
        x.yaml:2:19: not a release "1.6.x"
          2 | client: {version: 1.6.x, session_id: 0}
            |                   ^^^^^
          expected a release of sockjs-client, such as 1.6.1
          did you mean "1.6.1"?

        x.yaml:2:38: wrong session id
          2 | client: {version: 1.6.x, session_id: 0}
            |                                      ^
          expected a length from 1 to 200, or the source of a function such as () => 'a1'
          came the number 0
        """,
    ),
    # words
    (
        "title: x\npage: {scheme: htps, orgin: same}\nbrowsers: [chrome]\n",
        """
        x.yaml:2:16: wrong value for "scheme"
          2 | page: {scheme: htps, orgin: same}
            |                ^^^^
          expected one of http, https
          came "htps"
          did you mean "https"?

        x.yaml:2:22: unknown key "orgin"
          2 | page: {scheme: htps, orgin: same}
            |                      ^^^^^
          expected one of scheme, endpoint_scheme, origin, domain, persona, cookies, document_domain, url
          did you mean "origin"?

        x.yaml:3:12: unknown engine "chrome"
          3 | browsers: [chrome]
            |            ^^^^^^
          expected one of chromium, firefox, webkit
          did you mean "chromium"?
        """,
    ),
    (
        "title: x\nbrowsers: [webkit, firefox, webkit]\n",
        """
        x.yaml:2:29: "webkit" stands twice
          2 | browsers: [webkit, firefox, webkit]
            |                             ^^^^^^
          expected each engine once
          came "webkit"
        """,
    ),
    # behaviours and hops, in each of their forms
    (
        "title: x\nnetwork:\n  - no_upgrad\n  - prxy: forward\n"
        "  - behaviours: [bufering, {name: x}, no_upgrade: {anser: 1}]\n",
        """
        x.yaml:3:5: unknown behaviour "no_upgrad"
          3 |   - no_upgrad
            |     ^^^^^^^^^
          expected one of buffering, no_upgrade
          did you mean "no_upgrade"?

        x.yaml:4:5: unknown behaviour "prxy"
          4 |   - prxy: forward
            |     ^^^^
          expected one of buffering, no_upgrade
          did you mean "proxy"?

        x.yaml:5:18: unknown behaviour "bufering"
          5 |   - behaviours: [bufering, {name: x}, no_upgrade: {anser: 1}]
            |                  ^^^^^^^^
          expected one of buffering, no_upgrade
          did you mean "buffering"?

        x.yaml:5:35: unknown behaviour "x"
          5 |   - behaviours: [bufering, {name: x}, no_upgrade: {anser: 1}]
            |                                   ^
          expected one of buffering, no_upgrade

        x.yaml:5:52: unknown key "anser"
          5 |   - behaviours: [bufering, {name: x}, no_upgrade: {anser: 1}]
            |                                                    ^^^^^
          expected one of answer, hold, size, ports, share, colour, rule, let, when, after, for, every, nth,
            seed
          did you mean "answer"?
        """,
    ),
    (
        "title: x\nnetwork:\n  - no_upgrade:\n    answer: strip\n  - 7\n  -\n  - buffering\n  - buffering: 5\n",
        """
        x.yaml:3:5: unknown key "no_upgrade"
          3 |   - no_upgrade:
            |     ^^^^^^^^^^
          expected one behaviour in an item, or "behaviours: [no_upgrade]" beside the other keys of a hop

        x.yaml:4:5: unknown key "answer"
          4 |     answer: strip
            |     ^^^^^^
          expected one of proxy, link, balancer, profile, parameters, name, tls, http2, extended_connect,
            alpn, min_tls, max_tls, behaviours

        x.yaml:5:5: not a hop
          5 |   - 7
            |     ^
          expected the name of a behaviour or a profile, or the keys of a hop
          came the number 7

        x.yaml:6:4: not a hop
          6 |   -
            |    ^
          expected the name of a behaviour or a profile, or the keys of a hop
          came nothing

        x.yaml:7:5: missing key "until"
          7 |   - buffering
            |     ^^^^^^^^^
          expected "until: ..."

        x.yaml:8:16: wrong value for "buffering"
          8 |   - buffering: 5
            |                ^
          expected keys and values (until, when, after, for, every, nth, seed)
          came the number 5
        """,
    ),
    (
        "title: x\nnetwork:\n  - behaviours:\n      - no_upgrade:\n        answer: strip\n      - []\n",
        """
        x.yaml:4:9: several behaviours in one item
          4 |       - no_upgrade:
            |         ^^^^^^^^^^^
          expected one behaviour: its name, or its name with its parameters below it
          came "no_upgrade", "answer"

        x.yaml:6:9: not a behaviour
          6 |       - []
            |         ^^
          expected one behaviour: its name, or its name with its parameters below it
          came an empty list
        """,
    ),
    (
        "title: x\nnetwork: [{proxy: reverse}, {proxy: forward}]\n",
        """
        x.yaml:2:37: a forward proxy behind a reverse proxy
          2 | network: [{proxy: reverse}, {proxy: forward}]
            |                                     ^^^^^^^
          expected every forward proxy before the first reverse proxy
          came "forward"
        """,
    ),
    # parameters: literals of several types, units, unions, limits, aliases
    (
        "title: x\nnetwork:\n  - no_upgrade:\n      answer: '403'\n      hold: 5\n      size: 4KB\n"
        "      ports: [80, 8o]\n      share: 1\n      colour: bleu\n      let: 3\n",
        """
        x.yaml:4:15: wrong value for "answer"
          4 |       answer: '403'
            |               ^^^^^
          expected one of strip, hang, 400, 403
          came the text "403"

        x.yaml:5:13: wrong value for "hold"
          5 |       hold: 5
            |             ^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 5

        x.yaml:6:13: wrong value for "size"
          6 |       size: 4KB
            |             ^^^
          expected a size with its unit, such as 100B, 4KiB or 1MiB, or all
          came "4KB"
          did you mean "4KiB"?

        x.yaml:7:19: wrong value for "ports"
          7 |       ports: [80, 8o]
            |                   ^^
          expected a whole number
          came "8o"

        x.yaml:8:14: wrong value for "share"
          8 |       share: 1
            |              ^
          expected less than 1
          came the number 1

        x.yaml:9:15: wrong value for "colour"
          9 |       colour: bleu
            |               ^^^^
          expected one of red, blue
          came "bleu"
          did you mean "blue"?

        x.yaml:10:12: wrong value for "let"
          10 |       let: 3
             |            ^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 3
        """,
    ),
    # a union: only the branch that went along with the file is told
    (
        "title: x\nnetwork:\n  - no_upgrade: {rule: {pth: /echo}}\n  - no_upgrade: {rule: 5}\n",
        """
        x.yaml:3:25: unknown key "pth"
          3 |   - no_upgrade: {rule: {pth: /echo}}
            |                         ^^^
          expected path
          did you mean "path"?

        x.yaml:4:24: wrong value for "rule"
          4 |   - no_upgrade: {rule: 5}
            |                        ^
          expected keys and values (path), or a text: "5" in quotes
          came the number 5
        """,
    ),
    # steps, in each of their forms
    (
        "title: x\nsteps:\n  - conect\n  - sned: hello\n  - {step: sen}\n"
        "  - send\n  - send:\n  - send: 5\n  - send: {txt: a}\n",
        """
        x.yaml:3:5: unknown step "conect"
          3 |   - conect
            |     ^^^^^^
          expected STEPS
          did you mean "connect"?

        x.yaml:4:5: unknown step "sned"
          4 |   - sned: hello
            |     ^^^^
          expected STEPS
          did you mean "send"?

        x.yaml:5:12: unknown step "sen"
          5 |   - {step: sen}
            |            ^^^
          expected STEPS
          did you mean "send"?

        x.yaml:6:5: nothing to send
          6 |   - send
            |     ^^^^
          expected one of text, texts and made
          came "send"

        x.yaml:7:10: nothing to send
          7 |   - send:
            |          ^
          expected one of text, texts and made
          came nothing

        x.yaml:8:11: wrong value for "send"
          8 |   - send: 5
            |           ^
          expected a text: "5" in quotes
          came the number 5

        x.yaml:9:12: unknown key "txt"
          9 |   - send: {txt: a}
            |            ^^^
          expected one of connection, text, texts, made, every
          did you mean "text"?
        """,
    ),
    (
        "title: x\nsteps:\n  - idle: 5\n  - idle: {for: 5}\n  - idle: {duration: 5s}\n  - close: 5\n"
        "  - close: {code: 1001}\n  - 5\n  - send: a\n    receive: b\n  - send: {step: close, text: a}\n",
        """
        x.yaml:3:11: wrong value for "idle"
          3 |   - idle: 5
            |           ^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 5

        x.yaml:4:17: wrong value for "for"
          4 |   - idle: {for: 5}
            |                 ^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 5

        x.yaml:5:5: missing key "for"
          5 |   - idle: {duration: 5s}
            |     ^^^^
          expected "for: ..."

        x.yaml:5:12: unknown key "duration"
          5 |   - idle: {duration: 5s}
            |            ^^^^^^^^
          expected for

        x.yaml:6:12: wrong value for "close"
          6 |   - close: 5
            |            ^
          expected nothing, or keys and values (connection, code, reason, by, throws, within)
          came the number 5

        x.yaml:7:19: not a close code
          7 |   - close: {code: 1001}
            |                   ^^^^
          expected 1000, or 3000 to 4999
          came the number 1001

        x.yaml:8:5: not a step
          8 |   - 5
            |     ^
          expected ONE STEP
          came the number 5

        x.yaml:9:5: several steps in one item
          9 |   - send: a
            |     ^^^^^^^
          expected ONE STEP
          came "send", "receive"

        x.yaml:11:11: "step" below "send"
          11 |   - send: {step: close, text: a}
             |           ^^^^^^^^^^^^^^^^^^^^^^
          expected the step's name in one place
          came "step", "text"
        """,
    ),
    # expectations, in each of their forms
    (
        "title: x\nexpect:\n  attempts: [websockt: failed, websocket: fail, websocket]\n  delivery: exactly once\n"
        "  webkit: {opened_within: 4, close_cod: 1}\n",
        """
        x.yaml:3:14: unknown transport "websockt"
          3 |   attempts: [websockt: failed, websocket: fail, websocket]
            |              ^^^^^^^^
          expected one of websocket, xhr-streaming, xdr-streaming, eventsource, iframe-eventsource,
            htmlfile, iframe-htmlfile, xhr-polling, xdr-polling, iframe-xhr-polling, jsonp-polling
          did you mean "websocket"?

        x.yaml:3:43: wrong value for "websocket"
          3 |   attempts: [websockt: failed, websocket: fail, websocket]
            |                                           ^^^^
          expected one of opened, failed, timed out
          came "fail"
          did you mean "failed"?

        x.yaml:3:49: not an attempt
          3 |   attempts: [websockt: failed, websocket: fail, websocket]
            |                                                 ^^^^^^^^^
          expected a transport and its outcome, such as "websocket: failed"
          came "websocket"

        x.yaml:4:13: wrong value for "delivery"
          4 |   delivery: exactly once
            |             ^^^^^^^^^^^^
          expected exactly once, in order
          came "exactly once"
          did you mean "exactly once, in order"?

        x.yaml:5:27: wrong value for "opened_within"
          5 |   webkit: {opened_within: 4, close_cod: 1}
            |                           ^
          expected a duration with its unit, such as 250ms, 5s or 2m
          came the number 4

        x.yaml:5:30: unknown key "close_cod"
          5 |   webkit: {opened_within: 4, close_cod: 1}
            |                              ^^^^^^^^^
          expected one of transport, attempts, only_attempts, opened_within, delivery, session_cookie,
            close_code, close_reason, state, heartbeats, requested, diagnosis
          did you mean "close_code"?
        """,
    ),
    (
        "title: x\nexpect: {transport: xhr_poling}\nclient: {transports: [sse]}\n",
        """
        x.yaml:2:21: unknown transport "xhr_poling"
          2 | expect: {transport: xhr_poling}
            |                     ^^^^^^^^^^
          expected one of websocket, xhr-streaming, xdr-streaming, eventsource, iframe-eventsource,
            htmlfile, iframe-htmlfile, xhr-polling, xdr-polling, iframe-xhr-polling, jsonp-polling,
            raw-websocket, none
          did you mean "xhr-polling"?

        x.yaml:3:23: unknown transport "sse"
          3 | client: {transports: [sse]}
            |                       ^^^
          expected one of websocket, xhr-streaming, xdr-streaming, eventsource, iframe-eventsource,
            htmlfile, iframe-htmlfile, xhr-polling, xdr-polling, iframe-xhr-polling, jsonp-polling
        """,
    ),
    # what YAML and what the model find wrong comes in one go; the value of an alias is told where it stands
    (
        "title: x\nwhy: &why no\ntitle: y\nserver: {cookie: *why}\n",
        """
        x.yaml:2:6: wrong value for "cookie"
          2 | why: &why no
            |      ^^^^^^^
          expected true or false
          came "no"
          did you mean "false"?

        x.yaml:3:1: "title" stands twice
          3 | title: y
            | ^^^^^
          expected each key once; line 1 has it
        """,
    ),
]


def told(before: str) -> str:
    """What is said to be expected where the steps are listed: the list grows with each new one."""
    return fill(f"expected {before}{', '.join(STEPS)}", 100, initial_indent="  ", subsequent_indent="    ")


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text.splitlines()[-1][:40] for text, _ in TABLE])
def test_loader_tells_every_problem(text: str, expected: str) -> None:
    assert rendered(text) == dedent(expected).strip().replace("  expected STEPS", told("one of ")).replace(
        "  expected ONE STEP", told("one step: ")
    )


def test_messages_hold_no_word_of_pydantic() -> None:
    told = "\n".join(rendered(text) for text, _ in TABLE)
    for word in (
        "function-",
        "literal[",
        "Input should",
        "Value error",
        "pydantic",
        "https://",
        "tagged",
        "constrained",
    ):
        assert word not in told


class Odd(BaseModel):
    port: int = Field(multiple_of=2)
    names: set[str] = Field(set(), max_length=1)
    day: bytes = Field(b"", max_length=2)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("port: 3", "a multiple of 2"),
        ("port: 2, names: [a, b]", "at most 1 item"),
        ("port: 2, names: a", "a list: [a]"),
        ("port: 2, day: xyz", "Data should have at most 2 bytes"),
    ],
)
def test_rarer_error_is_told_in_words(parameters: str, expected: str) -> None:
    text = f"title: x\nnetwork: [odd: {{{parameters}}}]\n"
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(text.encode(), Path("x.yaml"), {"odd": Odd})
    assert [problem.expected for problem in raised.value.problems] == [expected]


@pytest.mark.parametrize(
    ("text", "what", "expected", "near"),
    [
        # a word where keys and values, or a list, belong
        ("client: 1.6.1", 'wrong value for "client"', "keys and values, such as {version: 1.6.1}", ""),
        ("client: x.js", 'wrong value for "client"', "keys and values, such as {path: x.js}", ""),
        ("expect: websocket", 'wrong value for "expect"', "keys and values, such as {transport: websocket}", ""),
        ("network: no_upgrade, x", 'wrong value for "network"', "a list: [no_upgrade, x]", ""),
        ("network: {proxy: forward}", 'wrong value for "network"', "a list, each item behind a dash", ""),
        ("server: [echo]", 'wrong value for "server"', "keys and values (service, heartbeat,", ""),
        ("expect: {connections: [b]}", 'wrong value for "connections"', "keys and values: {b: ...}", ""),
        (
            "network: [no_upgrade: strip]",
            'wrong value for "no_upgrade"',
            "keys and values, such as {answer: strip}",
            "",
        ),
        (
            "network: [{proxy: forward, behaviours: [no_upgrade: 5s]}]",
            'wrong value for "no_upgrade"',
            "keys and values, such as {hold: 5s}",
            "",
        ),
        # the right value in quotes, or without them
        ("expect: {close_code: '1000'}", 'wrong value for "close_code"', "a whole number: 1000 without quotes", ""),
        ("server: {cookie: 'true'}", 'wrong value for "cookie"', "true or false: true without quotes", ""),
        ("tags: [1]", 'wrong value for "tags"', 'a text: "1" in quotes', ""),
        # units
        ("server: {heartbeat: 25 sec}", 'wrong value for "heartbeat"', "a duration with its unit", "25s"),
        ("server: {response_limit: 4kb}", 'wrong value for "response_limit"', "a size with its unit", "4KiB"),
        ("network: [no_upgrade: {size: 4kb}]", 'wrong value for "size"', "a size with its unit", "4KiB"),
        ("client: {timeout: 0s}", 'wrong value for "timeout"', "more than 0ms", ""),
        # keys that belong elsewhere
        ("cookie: true", 'unknown key "cookie"', "one of title, why,", "server: {cookie: ...}"),
        ("client: {origin: cross}", 'unknown key "origin"', "one of version,", "page: {origin: ...}"),
        ("no_upgrade: {}", 'unknown key "no_upgrade"', "one of title, why,", "network: [no_upgrade]"),
        ("balancer: {}", 'unknown key "balancer"', "one of title, why,", "network: [{balancer: ...}]"),
        ("send: a", 'unknown key "send"', "one of title, why,", "steps: [send: ...]"),
        ("within: 5s", 'unknown key "within"', "one of title, why,", ""),
        ("nonsense: 5s", 'unknown key "nonsense"', "one of title, why,", ""),
        # other browsers' names, and keys that are names
        ("browsers: [Safari]", 'unknown engine "Safari"', "one of chromium, firefox, webkit", "webkit"),
        (
            "client: {transport_options: {websockt: {}}}",
            'unknown transport "websockt"',
            "one of websocket,",
            "websocket",
        ),
        (
            "matrix: {client.transport_options.websockt: [{}]}",
            'unknown transport "websockt"',
            "one of websocket,",
            "websocket",
        ),
        # names of behaviours and profiles in each other's place
        (
            "network: [{proxy: forward, behaviours: [office]}]",
            '"office" is a profile',
            'a hop of its own: "- office"',
            "",
        ),
        (
            "network: [profile: no_upgrade]",
            '"no_upgrade" is a behaviour',
            '"behaviours: [no_upgrade]", or a profile',
            "",
        ),
        # the matrix
        (
            "matrix: {page: {scheme: [a]}}",
            'wrong value for "page"',
            "a list of values, and keys with dots: page.scheme",
            "",
        ),
        ("matrix: {inclde: [{a: b}]}", 'unknown key "inclde"', "one of title, why,", "include"),
        ("matrix: {cookie: [true]}", 'unknown key "cookie"', "one of title, why,", "server.cookie"),
        ("matrix: {network.0.tls: [a]}", 'there is no "network.0"', 'a list at "network" that has this item', ""),
    ],
)
def test_what_was_meant_is_told(text: str, what: str, expected: str, near: str) -> None:
    office = Profile(title="An office", source=["x"], hop=Hop(behaviours=[BehaviourUse(name="no_upgrade")]))
    models = {**BEHAVIOURS, "office": model_of(office, BEHAVIOURS)}
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(f"title: x\n{text}\n".encode(), Path("x.yaml"), models)
    (problem,) = raised.value.problems
    assert (problem.what, problem.nearest) == (what, near)
    assert problem.expected.startswith(expected)


def test_long_list_of_names_is_not_shown() -> None:
    many = {f"behaviour_{number}": NoUpgrade for number in range(30)}
    with pytest.raises(ScenarioErrors) as raised:
        load_bytes(b"title: x\nnetwork: [behavior_7, {behaviours: [x]}]\n", Path("x.yaml"), many)
    assert [(one.expected, one.nearest) for one in raised.value.problems] == [
        ("a behaviour or a profile, as `lab behaviours` and `lab profiles` list them", "behaviour_7"),
        ("a behaviour, as `lab behaviours` lists them", ""),
    ]
