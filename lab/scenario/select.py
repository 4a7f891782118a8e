"""Which files and which cases: paths on the command line, and ``-k``."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.errors import UsageError
from lab.scenario.expression import compile_expression
from lab.scenario.matrix import Case
from lab.scenario.problems import nearest

SUFFIXES = (".yaml", ".yml")
"""What the name of a scenario's file ends with."""


class NoScenario(UsageError):
    """A folder that was named holds no scenario."""


@dataclass(frozen=True)
class Found:
    """A scenario's file."""

    path: Path
    """As given, or below a folder as given."""
    name: str
    """What the ids of its cases begin with; no two files that are found together have the same."""


def find(paths: Iterable[Path]) -> list[Found]:
    """The scenarios in these files and folders: in the order of the paths, sorted in each folder.

    A file that is named twice counts once. Hidden folders and folders called ``proxies``, which hold behaviours
    and profiles, are passed over. A name is the path below the folder that was given, without the suffix; where
    two files would have the same, the names of all begin at the folder that they have in common.

    Raises:
        UsageError: A path does not exist, or is no scenario.
        NoScenario: A path is a folder without any.
    """
    found: dict[Path, tuple[Path, Path]] = {}
    for given in paths:
        for path, root in _files(given):
            found.setdefault(path.resolve(), (path, root))
    return _named(list(found.values()))


def matching(cases: Iterable[Case], expression: str) -> list[Case]:
    """The cases for which the ``-k`` expression holds: it looks at the id, the title and the tags.

    Raises:
        UsageError: It is no expression.
    """
    holds = compile_expression(expression)
    return [case for case in cases if holds((case.id, case.scenario.title, *case.scenario.tags))]


def _files(given: Path) -> Iterator[tuple[Path, Path]]:
    """The files at or below a path, each with the folder that its name is relative to."""
    if given.is_dir():
        below = _walk(given)
        if not below:
            suffixes = " or ".join(SUFFIXES)
            remedy = f"A scenario is a {suffixes} file; hidden folders, and folders called proxies, are passed over."
            raise NoScenario(f"there is no scenario in {given.as_posix()}", remedy=remedy)
        for path in below:
            yield path, given
    elif given.is_symlink() and not given.exists():
        raise UsageError(f"{given.as_posix()} is a link to what is not there: {given.readlink().as_posix()}")
    elif not given.exists():
        near = _existing(given)
        remedy = (
            f'Did you mean "{near}"?'
            if near
            else "Name a scenario's file, or a folder: `lab list` shows what is shipped."
        )
        raise UsageError(f"there is no {given.as_posix()}", remedy=remedy)
    elif given.suffix.lower() not in SUFFIXES:
        remedy = f"Name a {' or '.join(SUFFIXES)} file, or a folder."
        raise UsageError(f"{given.as_posix()} is no scenario", remedy=remedy)
    else:
        yield given, given.parent


def _walk(folder: Path) -> list[Path]:
    below: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "proxies"]
        below += [Path(here, name) for name in files if name.lower().endswith(SUFFIXES) and not name.startswith(".")]
    return sorted(below, key=lambda path: path.parts)


def _existing(path: Path) -> str:
    """The existing path that is nearest to one that does not exist; empty where none is near."""
    for parent in path.parents:
        if parent.is_dir():
            wanted = path.relative_to(parent).parts[0]
            near = nearest(wanted, sorted(entry.name for entry in parent.iterdir()))
            return (parent / near).as_posix() if near else ""
    return ""


def _named(files: Sequence[tuple[Path, Path]]) -> list[Found]:
    if not files:
        return []
    common = Path(os.path.commonpath([path.resolve().parent for path, _ in files]))
    choices: tuple[Callable[[Path, Path], Path], ...] = (
        lambda path, root: path.relative_to(root).with_suffix(""),
        lambda path, root: path.resolve().relative_to(common).with_suffix(""),
        lambda path, root: path.resolve().relative_to(common),
    )
    for choice in choices:
        names = [choice(path, root).as_posix() for path, root in files]
        if len(set(names)) == len(names):
            break
    return [Found(path, name) for (path, _), name in zip(files, names, strict=True)]
