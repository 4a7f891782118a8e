"""Reads a scenario's file: everything that is wrong with it is told at once, each at its place."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from lab.scenario.base import Reading
from lab.scenario.document import Document, check
from lab.scenario.matrix import cases
from lab.scenario.problems import Problem, ScenarioErrors
from lab.scenario.yaml_text import content_of, read


def load(
    path: Path,
    behaviours: Mapping[str, type[BaseModel]] | None = None,
    *,
    personas: Collection[str] | None = None,
    causes: Collection[str] | None = None,
    name: str | None = None,
) -> Document:
    """The scenario in the file at ``path``.

    Args:
        path: The file; errors name it as it is given here, and the files that it names are looked for in its folder.
        behaviours: The parameter model of each behaviour that the scenario may use, by name. Where it is left
            out, any name and any parameter will do.
        personas: The names of the personas that it may use; any will do where they are left out.
        causes: What its expectations may call the cause of something; likewise.
        name: What the ids of its cases begin with; the file's name without its suffix where left out.

    Raises:
        ScenarioErrors: Something is wrong with what the file says, or it cannot be read; it carries all there is to
            say.
    """
    return _loaded(content_of(path), path, Reading(behaviours, personas, causes, path.parent), name)


def load_bytes(
    content: bytes,
    path: Path,
    behaviours: Mapping[str, type[BaseModel]] | None = None,
    *,
    personas: Collection[str] | None = None,
    name: str | None = None,
) -> Document:
    """As `load`, of the content of a file that need not be there; nor need those that it names.

    Raises:
        ScenarioErrors: Something is wrong with it.
    """
    return _loaded(content, path, Reading(behaviours, personas), name)


def _loaded(content: bytes, path: Path, reading: Reading, name: str | None) -> Document:
    source, root, problems = read(content, path.as_posix())
    scenario, wrong = check(source, root, reading)
    problems += _news(wrong, problems)
    if scenario is None:
        raise ScenarioErrors(problems)
    document = Document(path, name or path.stem, source, root, reading, scenario)
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
