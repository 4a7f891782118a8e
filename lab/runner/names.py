"""Names of folders that a run makes: readable, safe on every file system, never the same twice."""

import errno
import os
import re
import time
import zlib
from pathlib import Path

from lab.errors import EnvironmentFailure

_UNSAFE = re.compile(r"[^A-Za-z0-9._=-]+")
LONGEST = 120


def case_folder(case_id: str) -> str:
    """The folder's name for a case: its id with unsafe characters replaced, and a checksum where that lost any."""
    safe = _UNSAFE.sub("-", case_id.replace("[", ".").replace("]", "")).strip("-.") or "case"
    lossless = case_id.replace("/", "-").replace("[", ".").replace("]", "").replace(",", "-") == safe
    if lossless and len(safe) <= LONGEST:
        return safe
    return f"{safe[:LONGEST]}-{zlib.crc32(case_id.encode()):08x}"


def new_run_folder(out: Path, began_at: float) -> Path:
    """Make the folder of a run below ``out``, named after the local time at which it began.

    Raises:
        EnvironmentFailure: It cannot be made.
    """
    try:
        return _made(out, began_at)
    except OSError as error:
        raise EnvironmentFailure(
            f"the run's folder cannot be made in {out}: {error.strerror}.", remedy="Name another place with --out."
        ) from error


def _made(out: Path, began_at: float) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    stem = time.strftime("%Y-%m-%d_%H-%M-%S", time.localtime(began_at))
    for number in range(1, 1000):
        path = out / (stem if number == 1 else f"{stem}_{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(out / stem))


def point_latest(folder: Path) -> None:
    """Make ``latest`` beside ``folder`` point to it, in one step, so that it never points to nothing."""
    fresh = folder.parent / f".latest-{folder.name}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    fresh.replace(folder.parent / "latest")
