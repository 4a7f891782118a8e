"""A scenario's file that has been read: its text, its values with their positions, and what they mean."""

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.model import Scenario
from lab.scenario.nodes import Node, plain
from lab.scenario.problems import Problem, Source
from lab.scenario.translate import problems_of


@dataclass(frozen=True, eq=False)
class Document:
    """A file that holds a scenario; `lab.scenario.loader.load` makes it."""

    path: Path
    """The file, as given or found."""
    name: str
    """What the ids of its cases begin with: the path below the root that it was found under, without suffix."""
    source: Source
    root: Node
    reading: Reading
    """What it was held against."""
    scenario: Scenario
    """What the file says without its matrix."""


def check(source: Source, root: Node, reading: Reading) -> tuple[Scenario | None, list[Problem]]:
    """The scenario that the values make, or None and the problems that keep them from it."""
    value = plain(root)
    reading = replace(reading, written=value if isinstance(value, dict) else {}, steps=[])
    try:
        return validate_plain(Scenario, value, reading), []
    except ValidationError as error:
        return None, problems_of(error, source, root, reading)
