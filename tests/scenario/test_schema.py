"""The schema and the loader must agree; the few words of JSON Schema that the schema uses are checked here."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from lab import shipped
from lab.scenario.loader import load_bytes
from lab.scenario.network import BehaviourUse, Hop, LinkBehaviourUse
from lab.scenario.nodes import plain
from lab.scenario.problems import ScenarioErrors
from lab.scenario.profile import Profile, model_of
from lab.scenario.schema import json_schema
from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.yaml_text import read


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str = ""


class NoUpgrade(BaseModel):
    """What becomes of a request to upgrade."""

    model_config = ConfigDict(extra="forbid")
    answer: Literal["strip", "hang", 403] = Field("strip", description="What the client is answered.")
    hold: Milliseconds | None = Field(90_000.0, description="How long.")
    size: Bytes = 4096
    inner: Inner | None = None
    default: str = "a parameter may be called so"
    title: str = "or so"


class Buffering(BaseModel):
    model_config = ConfigDict(extra="forbid")
    until: str


class Late(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lab_kind: ClassVar[str] = "link"
    delay: Milliseconds


BEHAVIOURS: dict[str, type[BaseModel]] = {
    "no_upgrade": NoUpgrade, "buffering": Buffering, "Hop": Inner, "late": Late
}  # fmt: skip
OFFICE = Profile(title="An office", source=["x"], hop=Hop(behaviours=[BehaviourUse(name="no_upgrade")]))
WIRE = Profile(
    title="A wire", source=["x"], hop=Hop(link=[LinkBehaviourUse(name="late", parameters={"delay": "5ms"})])
)
BEHAVIOURS |= {"office": model_of(OFFICE, BEHAVIOURS), "wire": model_of(WIRE, BEHAVIOURS)}
SCHEMA = json_schema(BEHAVIOURS)
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
SAYS_NOTHING = {"$schema", "$defs", "title", "description", "default", "examples", "format"}


def errors(schema: Any, value: Any, root: Any = None) -> Iterator[str]:
    """Which words of the schema the value does not satisfy; a word that is not known here is an error, too."""
    root = root or schema
    if isinstance(schema, bool):
        if not schema:
            yield "false"
        return
    for word, want in schema.items():
        match word:
            case _ if word in SAYS_NOTHING:
                held = True
            case "$ref":
                held = not list(errors(root["$defs"][want.removeprefix("#/$defs/")], value, root))
            case "type":
                types = [kind for name in ([want] if isinstance(want, str) else want) for kind in TYPES[name]]
                held = isinstance(value, tuple(types)) and (bool in types or not isinstance(value, bool))
            case "enum":
                held = any(type(value) is type(one) and value == one for one in want)
            case "const":
                held = type(value) is type(want) and value == want
            case "anyOf":
                held = any(not list(errors(branch, value, root)) for branch in want)
            case "oneOf":
                held = sum(not list(errors(branch, value, root)) for branch in want) == 1
            case "pattern":
                held = not isinstance(value, str) or re.search(want, value) is not None
            case "minimum":
                held = not isinstance(value, (int, float)) or value >= want
            case "maximum":
                held = not isinstance(value, (int, float)) or value <= want
            case "minLength":
                held = not isinstance(value, str) or len(value) >= want
            case "minItems":
                held = not isinstance(value, list) or len(value) >= want
            case "minProperties":
                held = not isinstance(value, dict) or len(value) >= want
            case "maxLength":
                held = not isinstance(value, str) or len(value) <= want
            case "maxProperties":
                held = not isinstance(value, dict) or len(value) <= want
            case "required":
                held = not isinstance(value, dict) or set(want) <= value.keys()
            case "properties":
                held = not isinstance(value, dict) or not [
                    error for key in want.keys() & value.keys() for error in errors(want[key], value[key], root)
                ]
            case "propertyNames":
                held = not isinstance(value, dict) or not [
                    error for key in value for error in errors(want, key, root)
                ]
            case "additionalProperties":
                others = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else set()
                held = not [error for key in others for error in errors(want, value[key], root)]
            case "if":
                then = schema.get("else" if list(errors(want, value, root)) else "then", True)
                held = not list(errors(then, value, root))
            case "then" | "else":
                held = "if" in schema
            case "items":
                held = not isinstance(value, list) or not [
                    error for one in value for error in errors(want, one, root)
                ]
            case _:
                held = False
        if not held:
            yield word


RIGHT = [
    "{}",
    *(f"steps: [{step}]" for step in (
        "connect", "connect: ", "connect: {within: 5s}", "{step: connect}", "{step: connect, within: 1h}",
        "connect: second", "open tab: second",
    )),
    *(f"steps: [connect, {step}]" for step in (
        "send: hello", "send: {text: hello}", "{step: send, text: hello}", "send: {texts: [a, b], every: 5ms}",
        "send: {made: {count: 3, kind: astral}}", "push: a", "push: {made: {}}",
        "expect: {transport: websocket}", "wait for: {state: closed, connection: main}",
        "evaluate: {script: x, equals: 1}",
        "receive", "receive: ", "receive: hello", "receive: {text: hello, within: 1.5s}", "{step: receive}",
        "idle: 250ms", "idle: {for: 250ms}", "{step: idle, for: 2m}",
        "close", "close: {code: 3000, reason: bye}", "close: {}", "close: {code: 1000}",
        "close: {code: 2000, throws: Invalid}", "wait for: {session: closed}",
    )),
    *(f"network: [{hop}]" for hop in (
        "no_upgrade", "no_upgrade: ", "no_upgrade: {}", "no_upgrade: {answer: 403, hold: 5s, size: 1MiB}",
        "no_upgrade: {hold: null, inner: {path: a}}", "no_upgrade: {default: a, title: b}",
        "buffering: {until: close}", "Hop", "Hop: {path: x}",
        "{}", "{proxy: forward, tls: intercept, name: squid}", "{behaviours: []}",
        "{behaviours: [no_upgrade, no_upgrade: {answer: hang}, no_upgrade: ]}",
        "{behaviours: [{name: no_upgrade}, {name: buffering, parameters: {until: x}}]}",
        "no_upgrade: {answer: hang, after: 5s, for: 1s, every: 2s, nth: [1, 2], seed: 3}",
        "no_upgrade: {when: {transport: [websocket], url: '*/x', method: GET, header: Upgrade, direction: up}}",
        "{behaviours: [{name: no_upgrade, limits: {nth: 2}}]}",
        "late: {delay: 5ms, when: {direction: up}, nth: 1}", "{link: []}", "{link: [late: {delay: 5ms}], name: wire}",
        "{balancer: {}}", "{balancer: {nodes: 3, sticky: prefix}, behaviours: [no_upgrade]}",
        "{proxy: socks, tls: untrusted, http2: true, alpn: stripped, min_tls: '1.3'}", "{proxy: transparent}",
        "office", "office: ", "office: {no_upgrade: {answer: hang, after: 5s}}", "wire", "wire: {late: {delay: 7ms}}",
        "{profile: office, name: x, tls: intercept, behaviours: [no_upgrade]}", "{profile: wire, name: x}",
        "{profile: wire, parameters: {late: {nth: 2}}}",
    )),
    *(f"network: [no_upgrade, late: {{delay: 1ms}}, {{balancer: {{}}}}], steps: [{step}]" for step in (
        "network: {hop: hop1, add: {buffering: {until: x}}}",
        "network: {hop: hop1, remove: no_upgrade}",
        "network: {hop: hop1, remove: all, add: [no_upgrade], close: true}",
        "network: {hop: hop2, replace: [late: {delay: 5ms, nth: 1}]}", "{step: network, hop: hop1, close: true}",
        "server: {action: stop, node: node1}", "{step: server, action: restart, node: node2, how: killed}",
        "restart server: node1", "restart server: {node: node2, for: 1s}",
    )),
    "steps: [restart server]", "steps: [server: stop]",
    "network: [{proxy: forward}, late: {delay: 1ms}, no_upgrade, office: {no_upgrade: }, {balancer: {}}]",
    "server: {command: [x, '{port}'], prefix: /a, ready: 'http://127.0.0.1:{port}/', cwd: a, within: 5s}",
    "server: {url: 'http://127.0.0.1:8081/echo'}",
    "network: [{proxy: forward}, no_upgrade]",
    *(f"expect: {expect}" for expect in (
        "{}", "{transport: none}", "{transport: xhr-polling, opened_within: 4s, close_code: 1000}",
        "{attempts: [websocket: failed, xhr-streaming: timed out]}",
        "{only_attempts: [{transport: websocket, outcome: opened}]}",
        "{delivery: 'exactly once, in order', session_cookie: absent}",
        "{webkit: {transport: none}, firefox: null}", "{requested: '/echo/*'}",
    )),
    "server: {service: echo, heartbeat: 25s, response_limit: 128KiB, cookie: true, websocket: false}",
    "page: {scheme: https, origin: cross}",
    "client: {version: 1.0.0-beta.12, server: node-7}",
    "client: {url: //h/sockjs.js}",
    "steps: [connect, screenshot: first.view]",
    "client: {version: 1.6.1, transports: [websocket], server: null, session_id: 8, timeout: 5 s}",
    "client: {transports: websocket}",
    "client: {transport_options: {websocket: {a: 1}}}",
    "{why: x, tags: [a, b], browsers: [webkit]}",
    "matrix: {page.scheme: [http, https], include: [{server.cookie: true}], exclude: [{page.scheme: http}]}",
]  # fmt: skip

WRONG = [
    "titel: x",
    "title: ''",
    *(f"steps: {steps}" for steps in (
        "[]", "[send]", "[send: ]", "[send: 5]", "[idle]", "[idle: 5]", "[idle: {duration: 5s}]", "[conect]",
        "[sned: x]", "[{send: a, receive: b}]", "[{text: a}]", "[close: 5]", "[close: {code: 1001}]",
        "[connect, close: {code: 3000, by: server, throws: x}]",
        "[connect, wait for: {state: open, session: closed}]",
        "[connect: {within: 5}]", "[{step: send}]", "[{step: sen, text: a}]", "[send: {text: a, step: send}]", "[5]",
        "[null]", "connect",
    )),
    *(f"network: [{hop}]" for hop in (
        "no_upgrad", "no_upgrade: 5", "no_upgrade: {answer: '403'}", "no_upgrade: {anser: strip}",
        "no_upgrade: {hold: 5}", "no_upgrade: {inner: {pth: a}}", "buffering", "buffering: ", "buffering: {}",
        "{no_upgrade: {}, Hop: {}}", "{proxy: forwad}", "{behaviours: [no_upgrad]}", "{behaviours: [{}]}",
        "{behaviours: [{name: buffering}]}",
        "{behaviours: [{name: no_upgrade, parameters: {anser: x}}]}", "5", "null",
        "no_upgrade: {after: 5}", "no_upgrade: {when: {path: x}}", "no_upgrade: {nth: 0}",
        "no_upgrade: {when: {transport: x}}", "{behaviours: [late: {delay: 5ms}]}", "{link: [no_upgrade]}",
        "late: {delay: 5ms, when: {url: x}}", "{link: [], tls: intercept}", "{link: [], balancer: {}}",
        "{balancer: {nodes: 0}}", "{balancer: {sticky: x}}", "{proxy: forward, min_tls: 1.3}",
        "{profile: nobody}", "office: {answer: hang}", "office: {no_upgrade: {anser: x}}", "wire: {late: {delay: 5}}",
        "office: 5",
    )),
    *(f"network: [no_upgrade], steps: [{step}]" for step in (
        "network", "network: {hop: hop1, add: {no_upgrad: {}}}", "network: {add: 5}", "server", "server: stopp",
        "network: {hop: hop1, remove: 5}", "restart server: {for: 5}", "server: {node: node1}",
    )),
    "server: {command: [x, '{port}'], heartbeat: 5s}",
    "server: {command: [x, '{port}'], url: 'http://h/'}",
    "server: {url: h}",
    "server: {prefix: /x}",
    *(f"expect: {expect}" for expect in (
        "{transport: websockt}", "{attempts: [websockt: failed]}", "{attempts: [websocket: fail]}",
        "{attempts: [websocket]}", "{attempts: [{}]}", "{attempts: [{websocket: failed, eventsource: failed}]}",
        "{attempts: [{transport: websocket}]}", "{opened_within: 4}", "{opera: {}}", "{close_code: '1000'}", "[]",
    )),
    "server: {heartbeat: 25}",
    "server: {cookie: yes}",
    "server: {response_limit: 4KB}",
    "page: {scheme: ftp}",
    "client: {version: 1.6}",
    "client: {version: latest}",
    "client: {server: a/b}",
    "client: {url: sockjs.js}",
    "steps: [connect, screenshot: ../x]",
    "expect: {close_code: 5000}",
    "client: {session_id: 0}",
    "client: {transports: websockt}",
    "client: {transport_options: {websockt: {a: 1}}}",
    "client: {transports: [websockt]}",
    "client: {transports: 5}",
    "browsers: []",
    "browsers: [chrome]",
    "matrix: {page.scheme: http}",
    "matrix: {page.scheme: []}",
    "matrix: {page.scheme: [http], include: [5]}",
]  # fmt: skip


def verdicts(text: str) -> tuple[bool, bool]:
    """Whether the loader and the schema take a scenario of this text and a title."""
    text = text if text.startswith(("{", "title")) else "{" + text + "}"
    text = text.replace("{", "{title: x, ", 1) if text.startswith("{") and text != "{}" else text
    text = "title: x" if text == "{}" else text
    _, root, problems = read(text.encode(), "x.yaml")
    try:
        load_bytes(text.encode(), Path("x.yaml"), BEHAVIOURS)
    except ScenarioErrors:
        loads = False
    else:
        loads = True
    return loads, not problems and not list(errors(SCHEMA, plain(root)))


@pytest.mark.parametrize("text", RIGHT)
def test_schema_and_loader_take(text: str) -> None:
    assert verdicts(text) == (True, True)


@pytest.mark.parametrize("text", WRONG)
def test_schema_and_loader_refuse(text: str) -> None:
    assert verdicts(text) == (False, False)


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            yield from parts(list(value.values()) if key in ("properties", "$defs") else value)
    elif isinstance(schema, list):
        for one in schema:
            yield from parts(one)


def test_schema_is_a_json_document_of_its_dialect() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_references_lead_somewhere() -> None:
    references = {part["$ref"] for part in parts(SCHEMA) if "$ref" in part}
    assert references <= {f"#/$defs/{name}" for name in SCHEMA["$defs"]}


def test_objects_take_no_unknown_keys() -> None:
    # What is said where a condition holds, or does not, adds to what is said of the object anyhow.
    added = [part[word] for part in parts(SCHEMA) for word in ("then", "else") if word in part]
    for part in parts(SCHEMA):
        if "properties" in part and "include" not in part["properties"] and part not in added:
            assert part["additionalProperties"] is False


def test_defaults_are_as_a_file_would_have_them() -> None:
    for part in parts(SCHEMA):
        if "default" in part:
            assert not list(
                errors({key: value for key, value in part.items() if key != "default"}, part["default"], SCHEMA)
            )
    server = SCHEMA["$defs"]["Server"]["properties"]
    assert (server["heartbeat"]["default"], server["response_limit"]["default"]) == ("25s", "128KiB")
    no_upgrade = SCHEMA["$defs"]["behaviour.no_upgrade"]["properties"]
    assert (no_upgrade["hold"]["default"], no_upgrade["size"]["default"]) == ("90s", "4KiB")
    assert no_upgrade["default"]["default"] == "a parameter may be called so"


def test_descriptions_tell_what_stands_where() -> None:
    for name in ("Server", "Page", "Client", "FullHop", "Expectations"):
        for key, about in SCHEMA["$defs"][name]["properties"].items():
            assert about.get("description"), f"{name}.{key}"
    behaviours = SCHEMA["$defs"]["BehaviourUse"]["anyOf"][1]["properties"]
    assert behaviours["no_upgrade"]["description"] == "What becomes of a request to upgrade."


def test_schema_takes_any_behaviour_where_none_are_known() -> None:
    schema = json_schema()
    assert not list(
        errors(schema, {"title": "x", "network": ["made_up", {"made_up": {"any": 1}}, {"made_up": None}]})
    )
    assert list(errors(schema, {"title": "x", "network": [{"made_up": 5}]}))


def test_schema_lists_personas_and_causes() -> None:
    schema = json_schema(personas=["ie8"], causes=["too_slow", "unknown"])
    right = {"page": {"persona": "ie8"}, "expect": {"diagnosis": ["too_slow"], "webkit": {"diagnosis": ["unknown"]}}}
    assert not list(errors(schema, {"title": "x", **right, "steps": [{"expect": {"diagnosis": ["unknown"]}}]}))
    assert not list(errors(schema, {"title": "x", "page": {"persona": None}, "expect": {"diagnosis": None}}))
    for wrong in ({"page": {"persona": "ie9"}}, {"expect": {"diagnosis": ["fate"]}}):
        assert list(errors(schema, {"title": "x", **wrong}))


def test_schema_is_the_same_each_time() -> None:
    assert json.dumps(json_schema(BEHAVIOURS)) == json.dumps(SCHEMA)


@pytest.mark.parametrize("path", sorted(shipped.SCENARIOS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_schema_takes_the_shipped_scenarios(path: Path) -> None:
    _, root, _ = read(path.read_bytes(), path.name)
    assert list(errors(json_schema(), plain(root))) == []
