"""What is generated from the code says what the code says; a page that is out of date fails here."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.network.behaviour import Catalogue
from lab.runner import status
from lab.scenario.select import find
from scripts import reference
from scripts.behaviours_reference import page as behaviours_page
from scripts.command_line_reference import page as command_line_page
from scripts.scenario_reference import page as scenario_page

FILES = reference.files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_generated_file_is_up_to_date(path: Path) -> None:
    assert path.exists() and path.read_text(encoding="utf-8") == FILES[path], "run python -m scripts.reference"


def test_schema_file_is_what_lab_schema_prints() -> None:
    printed = subprocess.run([sys.executable, "-m", "lab", "schema"], capture_output=True, check=True).stdout
    assert printed.decode() == FILES[reference.SCHEMA]


def test_schema_file_is_taken_for_no_scenario() -> None:
    assert reference.SCHEMA.parent.name == "scenarios"
    assert reference.SCHEMA.name not in [found.path.name for found in find([reference.SCHEMA.parent])]


def test_shipped_scenarios_name_the_schema_file() -> None:
    for found in find([reference.SCHEMA.parent]):
        first = found.path.read_text(encoding="utf-8").splitlines()[0]
        name = first.removeprefix("# yaml-language-server: $schema=")
        assert (found.path.parent / name).resolve() == reference.SCHEMA, found.path


def test_scenario_page_names_every_part() -> None:
    text = scenario_page()
    for heading in ("server", "page", "client", "network", "behaviours", "steps", "expect", "attempts", "matrix"):
        assert f"\n## {heading}\n" in text
    assert "| `heartbeat` | duration | `25s` | Time of silence after which a heartbeat is sent. |" in text
    assert "| `for` | duration | required | How long to do nothing. |" in text


def test_behaviours_page_names_every_behaviour_and_parameter() -> None:
    text = behaviours_page()
    catalogue = Catalogue()
    for name in catalogue:
        assert f"\n## {name}\n" in text
        for key, field in catalogue[name].Parameters.model_fields.items():
            assert f"\n| `{field.alias or key}` | " in text


def test_command_line_page_names_every_exit_status() -> None:
    text = command_line_page()
    for number in (value for name, value in vars(status).items() if name.isupper()):
        assert f"\n| {number} | " in text
    assert "\n## lab run\n```text\nUsage: lab run " in text
