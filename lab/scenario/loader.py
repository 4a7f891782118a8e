"""Reads a scenario's file: everything that is wrong with it is told at once, each at its place."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from lab.scenario.document import Document, check
from lab.scenario.matrix import cases
from lab.scenario.problems import Problem, ScenarioErrors
from lab.scenario.yaml_text import content_of, read


def load(path: Path, behaviours: Mapping[str, type[BaseModel]] | None = None, *, name: str | None = None) -> Document:
    """The scenario in the file at ``path``.

    Args:
        path: The file; errors name it as it is given here.
        behaviours: The parameter model of each behaviour that the scenario may use, by name. Where it is left
            out, any name and any parameter will do.
        name: What the ids of its cases begin with; the file's name without its suffix where left out.

    Raises:
        ScenarioErrors: Something is wrong with what the file says; it carries all there is to say.
        UsageError: The file cannot be read.
    """
    return load_bytes(content_of(path), path, behaviours, name=name)


def load_bytes(
    content: bytes, path: Path, behaviours: Mapping[str, type[BaseModel]] | None = None, *, name: str | None = None
) -> Document:
    """As `load`, of the content of a file.

    Raises:
        ScenarioErrors: Something is wrong with it.
    """
    source, root, problems = read(content, path.as_posix())
    scenario, wrong = check(source, root, behaviours)
    problems += _news(wrong, problems)
    if scenario is None:
        raise ScenarioErrors(problems)
    document = Document(path, name or path.stem, source, root, behaviours, scenario)
    try:
        cases(document)
    except ScenarioErrors as errors:
        problems += _news(errors.problems, problems)
    if problems:
        raise ScenarioErrors(problems)
    return document


def _news(found: Sequence[Problem], known: Sequence[Problem]) -> list[Problem]:
    """Those of the problems found that are not about a value whose problem is known."""
    places = {(problem.line, problem.column) for problem in known}
    return [problem for problem in found if (problem.line, problem.column) not in places]
