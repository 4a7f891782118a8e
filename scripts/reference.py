"""Writes everything that is generated from the code: docs/reference/, scenarios/schema.json, scenarios/personas/.

``python -m scripts.reference`` writes what has changed; with ``--check`` it only names what is out of date.
"""

import json
import sys
from pathlib import Path

from lab.browser import personas
from lab.network.behaviour import Catalogue
from lab.scenario.schema import json_schema
from lab.timeline.diagnosis import causes
from scripts import (
    behaviours_reference,
    command_line_reference,
    persona_scenarios,
    results_reference,
    scenario_reference,
)

SCHEMA = Path(__file__).resolve().parent.parent / "scenarios" / "schema.json"


def files() -> dict[Path, str]:
    """Each generated file and what it must say."""
    pages = (scenario_reference, behaviours_reference, command_line_reference, results_reference)
    # What `lab schema` prints.
    schema = json_schema(Catalogue().models(), personas.names(), causes())
    printed = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return {SCHEMA: printed, **{module.PAGE: module.page() for module in pages}, **persona_scenarios.files()}


if __name__ == "__main__":
    stale = {
        path: text for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(f"{path} is out of date: run python -m scripts.reference" for path in stale) or 0)
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)
