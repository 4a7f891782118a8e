"""The stored part of the corpus: for each behaviour one case that was run, small enough for the tests.

It is no measure of the diagnosis, since only cases that came out right are stored: it holds what works.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.score import Score
from lab.events import Event
from lab.timeline.ndjson import events_in

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "timeline" / "diagnosis" / "corpus"

_LEFT_OUT = {"late", "head_room", "pressure", "phase"}
"""Kinds that the diagnosis does not look at and that are many."""


def write(scored: Sequence[tuple[Score, dict[str, Any], Path]]) -> int:
    """Store for each behaviour the shortest case of it alone that names it rightly; how many there are."""
    best: dict[str, tuple[str, dict[str, Any], Path]] = {}
    for one, scenario, path in scored:
        if len(one.behaviours) == 1 and one.right and one.said:
            name = one.behaviours[0]
            if name not in best or path.stat().st_size < best[name][2].stat().st_size:
                best[name] = one.name, scenario, path
    FOLDER.mkdir(exist_ok=True)
    for name, (_, scenario, path) in best.items():
        lines = [
            line
            for line in path.read_text(encoding="utf-8").split("\n")
            if line and json.loads(line)["kind"] not in _LEFT_OUT
        ]
        text = "\n".join([json.dumps(scenario), *lines])
        # Without a time, so that storing the same again changes nothing.
        (FOLDER / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return len(best)


def read() -> Iterator[tuple[str, dict[str, Any], list[Event]]]:
    """Behaviour, scenario and events of each stored case, by name."""
    for path in sorted(FOLDER.glob("*.gz")):
        scenario, _, events = gzip.decompress(path.read_bytes()).decode().partition("\n")
        yield path.stem, json.loads(scenario), events_in(events)
