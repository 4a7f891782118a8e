"""``--json``: standard output is results.json and nothing else, for a program that reads it."""

import sys
from pathlib import Path
from typing import BinaryIO, TextIO

from lab.report import json_file
from lab.report.compare import Changes
from lab.report.words import visible
from lab.timeline.results import CaseResult, RunResult


class JsonOnly:
    """What stands where a `lab.report.console.Console` would: silent until the run has ended."""

    def __init__(self, out: BinaryIO | None = None, notes: TextIO | None = None) -> None:
        self._out = out or sys.stdout.buffer
        self._notes = notes or sys.stderr

    def run_began(self, total: int, folder: Path) -> None:
        """Say nothing."""

    def case_began(self, id: str) -> None:
        """Say nothing."""

    def case_waits(self, id: str, what: str) -> None:
        """Say nothing."""

    def case_ended(self, case: CaseResult, done: int, total: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Something that the user should know: not for the program that reads the rest."""
        self._notes.write(f"note: {visible(text)}\n")
        self._notes.flush()

    def run_ended(self, run: RunResult, paths: list[Path], changes: Changes | None = None) -> None:
        """Write the results. A reader that has left misses them, and the run ends as it would."""
        try:
            self._out.write(json_file.content(run))
            self._out.flush()
        except BrokenPipeError:
            return
