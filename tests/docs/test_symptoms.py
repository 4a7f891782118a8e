"""The page of symptoms has each scenario that is tagged `symptom`, in the words that it bears, and no other."""

import re
from pathlib import Path

import pytest

from lab.commands import _cases
from lab.shipped import SCENARIOS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to" / "start-from-a-symptom.md"
ROWS = re.findall(r"^\| (\".+\") \| `([\w/-]+)` \| (.+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
SHIPPED = {document.name: document.scenario for document, _ in _cases.loaded([SCENARIOS], None)}


def test_page_has_every_symptom_once() -> None:
    tagged = [name for name, scenario in SHIPPED.items() if "symptom" in scenario.tags]
    assert len(tagged) >= 10
    assert sorted(name for _, name, _, _ in ROWS) == sorted(tagged)


@pytest.mark.parametrize(("words", "name"), [(row[0], row[1]) for row in ROWS], ids=[row[1] for row in ROWS])
def test_scenario_says_what_users_say(words: str, name: str) -> None:
    said = " ".join(f"{SHIPPED[name].title} {SHIPPED[name].why}".split())
    quoted = re.findall(r"\"([^\"]+)\"", words)
    assert quoted and [one for one in quoted if f'"{one}"' not in said] == []


def test_page_names_scenarios_that_exist() -> None:
    named = {name for row in ROWS for cell in row for name in re.findall(r"`([a-z-]+/[\w-]+)`", cell)}
    assert named - set(SHIPPED) == set()
