"""What the shipped scenarios say of themselves: each failure of the network names where it was seen."""

import re
from pathlib import Path

import pytest

from lab.commands import _cases
from lab.scenario.document import Document
from lab.shipped import SCENARIOS

OTHERS = {"clear", "client", "personas", "quirks", "servers", "transports"}
"""Folders about the client, the browser and the server, and not about what stands between them."""
SOURCE = re.compile(r"https?://[\w.-]+/\S|[Mm]easured with \w")
THEMES = {"antivirus", "cdn", "corporate", "load-balancer", "mobile", "timeouts"}


def folder(path: Path) -> str:
    return path.relative_to(SCENARIOS).parts[0]


DOCUMENTS = {document.name: document for document, _ in _cases.loaded([SCENARIOS], None)}
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
