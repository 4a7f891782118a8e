"""Whether the files and folders that a scenario names are there, as seen from the folder of its own file."""

from pathlib import Path

from lab.scenario.base import Reading
from lab.scenario.wrong import wrong


def check_file(name: str, reading: object) -> str:
    """The name; an error where there is no such file. What is read from no folder may name any."""
    return _check(name, reading, folder=False)


def check_folder(name: str, reading: object) -> str:
    """As `check_file`, of a folder."""
    return _check(name, reading, folder=True)


def _check(name: str, reading: object, *, folder: bool) -> str:
    beside = reading.beside if isinstance(reading, Reading) else None
    if beside is None:
        return name
    kind, other = ("folder", "file") if folder else ("file", "folder")
    expected = f"a {kind}; its path begins in the scenario's folder"
    path = beside / name
    try:
        there, right = path.exists(), path.is_dir() if folder else path.is_file()
    except (OSError, ValueError):  # too long a name, a null byte in it
        there = right = False
    if not right:
        raise wrong(
            f"a {other}, not a {kind}:" if there else f"no such {kind}",
            expected,
            options=_like(path, name),
            word=name,
        )
    return name


def _like(path: Path, name: str) -> list[str]:
    """What else is in the folder that the path leads to, as a scenario would name it."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except (OSError, ValueError):
        return []
    before = name.rpartition("/")[0]
    return [f"{before}/{one}" if before else one for one in names]
