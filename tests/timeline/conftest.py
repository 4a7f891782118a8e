"""A small language for tables of events: one event per line, `TIME VANTAGE KIND key=value ...`.

Vantages may be shortened (b browser, s server, l lab, 1c hop1.client, 2s hop2.server). Values are JSON where they
can be, else text; `headers="Upgrade: websocket | Cookie: a=b"` is split into pairs. `#` begins a comment.
"""

import json
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from lab.events import Event
from lab.timeline.attempts import attempts_of
from lab.timeline.diagnosis import diagnose
from lab.timeline.diagnosis.evidence import evidence_of
from lab.timeline.results import Diagnosis

_SHORT = {"b": "browser", "s": "server", "l": "lab"}
_SIDE = {"c": "client", "s": "server"}


def _vantage(word: str) -> str:
    side = re.fullmatch(r"(\d+)([cs])", word)
    return f"hop{side[1]}.{_SIDE[side[2]]}" if side else _SHORT.get(word, word)


def _value(key: str, text: str) -> Any:
    if key == "headers":
        return [[part.strip() for part in pair.split(":", 1)] for pair in text.split("|") if pair.strip()]
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _event(line: str) -> Event:
    time, vantage, kind, *pairs = shlex.split(line, comments=True)
    data = {key: _value(key, text) for key, _, text in (pair.partition("=") for pair in pairs)}
    return Event(float(time), _vantage(vantage), kind, data)


@pytest.fixture(scope="session")
def see() -> Callable[..., list[Event]]:
    """Events from tables, in the order in which they stand there."""

    def read(*tables: str) -> list[Event]:
        lines = [line for table in tables for line in table.splitlines()]
        return [_event(line) for line in lines if line.split("#")[0].strip()]

    return read


@pytest.fixture(scope="session")
def ask(see: Callable[..., list[Event]]) -> Callable[..., list[Diagnosis]]:
    """What one rule, a module, says of tables of events."""

    def explain(rule: Any, *tables: str) -> list[Diagnosis]:
        events = see(*tables)
        return list(rule.explain(evidence_of(events, attempts_of(events))))

    return explain


@pytest.fixture(scope="session")
def diagnosed(see: Callable[..., list[Event]]) -> Callable[..., list[tuple[str, str, str | None]]]:
    """What all rules together say of tables of events: about, cause, hop."""

    def explain(*tables: str) -> list[tuple[str, str, str | None]]:
        events = see(*tables)
        return [(one.about, one.cause, one.hop) for one in diagnose(events, attempts_of(events))]

    return explain
