from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from lab.scenario.base import Reading
from lab.scenario.client import Client
from lab.scenario.expectations import Expectations
from lab.scenario.hints import as_keys, written
from lab.scenario.network import Balancer
from lab.scenario.page import Page
from lab.scenario.server import Server
from lab.scenario.steps import STEPS
from lab.scenario.units import Milliseconds


class Latency(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    delay: Milliseconds = 0.0


class Aliased(BaseModel):
    share: float = Field(0.0, alias="of")


@pytest.mark.parametrize(
    ("model", "value", "meant"),
    [
        (Client, "1.6.1", "{version: 1.6.1}"),
        (Client, "https://h/sockjs.js", "{url: https://h/sockjs.js}"),
        (Client, "sockjs.js", "{path: sockjs.js}"),
        (Client, "xhr-polling", "{transports: xhr-polling}"),
        (Client, 1.6, ""),
        (Page, "https", "{scheme: https}"),
        (Page, "cross", "{origin: cross}"),
        (Page, "ie8", "{persona: ie8}"),
        (Page, "ie88", ""),
        (Page, "{origin}/app", '{url: "{origin}/app"}'),
        (Server, "broadcast", "{service: broadcast}"),
        (Server, "http://h:1/echo", "{url: http://h:1/echo}"),
        (Server, "nothing", ""),
        (Expectations, "websocket", "{transport: websocket}"),
        (Expectations, "closed", "{state: closed}"),
        (Balancer, 3, "{nodes: 3}"),
        (Latency, "5s", "{delay: 5s}"),
        (Latency, "soon", ""),
        (Aliased, 0.5, "{of: 0.5}"),
        (STEPS["fill"], "#a", '{selector: "#a", text: ...}'),
        (STEPS["close"], 4000, "{code: 4000}"),
        (STEPS["close"], 1001, ""),
        (STEPS["close"], "second", "{connection: second}"),
        (STEPS["reload"], "second", "{tab: second}"),
        (STEPS["send"], ["a", "b"], "{texts: [a, b]}"),
    ],
)
def test_word_is_shown_at_the_key_that_takes_it(model: type[BaseModel], value: Any, meant: str) -> None:
    assert as_keys(model, value, Reading(personas=["ie8"])) == meant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        ("", '""'),
        ("5", '"5"'),
        ("true", '"true"'),
        ("#a", '"#a"'),
        ("a: b", '"a: b"'),
        ("a,b", '"a,b"'),
        (" a", '" a"'),
        ("ä\n", '"ä\\n"'),
        (5, "5"),
        (True, "true"),
        (["a", 5], "[a, 5]"),
    ],
)
def test_value_is_written_as_in_braces(value: Any, text: str) -> None:
    assert written(value) == text
