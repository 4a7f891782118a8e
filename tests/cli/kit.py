"""The real command in a process of its own, what it writes, and what it should have written."""

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import __version__, cli

ROOT = Path(__file__).resolve().parents[2]
LAB = (sys.executable, "-m", "lab")
LIMIT_S = 60.0

_STORED = Path(__file__).parent / "stored"
_REPLACED = (
    (re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?"), "<run>"),
    (re.compile(r"\d+ min \d+ s|\d+(\.\d+)? (ms|s)\b"), "<time>"),
    (re.compile(re.escape(str(ROOT))), "<root>"),
    (re.compile(re.escape(f"lab {__version__}")), "lab <version>"),
)


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: this process's, with nothing that asks for colour or another width."""
    kept = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    return {**kept, "COLUMNS": "80", "TERM": "xterm", **more}


def lab(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ended:
    """Run ``lab WORDS`` to its end, with pipes for its output."""
    done = subprocess.run(
        [*LAB, *map(str, words)],
        cwd=cwd or ROOT,
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def inside(*words: str | Path) -> Ended:
    """As `lab` without a process, which takes a second to start; the fixture ``quick`` sets the scene for it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main([str(word) for word in words])
        except SystemExit as ended:
            return Ended(int(ended.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("the command line returned")


def normal(text: str) -> str:
    """``text`` without what differs from run to run: names of runs, durations, the checkout, the version."""
    for pattern, word in _REPLACED:
        text = pattern.sub(word, text)
    return text


def stored(name: str, text: str) -> str:
    """What ``name`` holds, to compare ``normal(text)`` with; UPDATE_STORED=1 in the environment stores it first."""
    path = _STORED / f"{name}.txt"
    if os.environ.get("UPDATE_STORED") == "1":
        path.write_text(normal(text), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def controls(text: str) -> list[str]:
    """The control characters in ``text`` that a plain line has no use for."""
    return sorted({mark for mark in text if (ord(mark) < 32 and mark != "\n") or 127 <= ord(mark) < 160})
