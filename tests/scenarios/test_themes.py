"""What the shipped scenarios say of themselves, and what they show: all that a hop can do, each with its source."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from lab.commands import _cases
from lab.scenario.document import Document
from lab.scenario.network import BehaviourUse, Hop
from lab.shipped import PROXIES, SCENARIOS

OTHERS = {"clear", "client", "personas", "quirks", "servers", "transports"}
"""Folders about the client, the browser and the server, and not about what stands between them."""
SOURCE = re.compile(r"https?://[\w.-]+/\S|[Mm]easured with \w")
THEMES = {"antivirus", "cdn", "corporate", "load-balancer", "mobile", "timeouts"}


def folder(path: Path) -> str:
    return path.relative_to(SCENARIOS).parts[0]


def behaviours_in(part: Any) -> Iterator[str]:
    """The names of the behaviours anywhere in a network or in steps, those of profiles among them."""
    if isinstance(part, BehaviourUse):
        yield part.name
    elif isinstance(part, Hop):
        yield from (use.name for use in part.uses)
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from behaviours_in(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from behaviours_in(value)


LOADED = _cases.loaded([SCENARIOS], None)
DOCUMENTS = {document.name: document for document, _ in LOADED}
THEMED = {name: document for name, document in DOCUMENTS.items() if folder(document.path) not in OTHERS}


def test_every_theme_has_scenarios() -> None:
    assert {folder(document.path) for document in THEMED.values()} >= THEMES


@pytest.mark.parametrize("document", THEMED.values(), ids=THEMED)
def test_scenario_of_a_theme_names_its_source(document: Document) -> None:
    assert SOURCE.search(document.scenario.why), document.scenario.why


@pytest.mark.parametrize(
    ("why", "sourced"),
    [
        ("Seen in https://github.com/websockets/ws/issues/1598.", True),
        ("A stream arrives whole (measured with Privoxy 3.0.34 of Debian 12).", True),
        ("Measured with nginx 1.22.1.", True),
        ("Everybody knows it.", False),
        ("See https:// and what was measured.", False),
    ],
)
def test_source_is_an_address_or_a_measurement(why: str, sourced: bool) -> None:
    assert bool(SOURCE.search(why)) is sourced


def test_every_behaviour_is_shown_in_a_real_browser() -> None:
    scenarios = [case.scenario for _, cases in LOADED for case in cases]
    shown = {name for one in scenarios for name in behaviours_in([*one.network, *one.steps])}
    files = [*PROXIES.glob("*.py"), *(PROXIES / "link").glob("*.py")]
    assert {path.stem for path in files} - shown == set()
