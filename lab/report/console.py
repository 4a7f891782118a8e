"""The run as it goes by on a terminal, or line by line where standard output is none."""

import time
from pathlib import Path
from types import TracebackType
from typing import Self

import rich.console
from rich.live import Live
from rich.text import Text

from lab.report import words
from lab.report.compare import Changes
from lab.report.lines import COLOURS, Lines
from lab.report.summary import summarise
from lab.timeline.results import CaseResult, Outcome, RunResult

_WIDEST = max(len(outcome) for outcome in words.OUTCOMES)


class Console:
    """What `lab run` says. Call its methods in the order of the run; used with ``with``, it ends its live line.

    On a terminal the lines at the bottom show what is running; elsewhere every line is plain and none is
    wrapped, so that a case's name can be found and copied. Whatever comes from a scenario or a server is
    shown with its control characters written out.
    """

    def __init__(
        self, out: rich.console.Console | None = None, *, live: bool | None = None, quiet: bool = False
    ) -> None:
        """Speak on ``out``; ``quiet``: of nothing but what did not pass, once it is all over."""
        self._lines = Lines(out or rich.console.Console())
        self._quiet = quiet
        # CI systems that ask for colour are no terminals: what moves there becomes lines upon lines.
        self._moving = not self._lines.plain and self._lines.out.file.isatty() if live is None else live
        self._moving = self._moving and not quiet
        self._live: Live | None = None
        self._running: dict[str, tuple[str, float]] = {}
        self._ended: dict[Outcome, int] = {}
        self._done = 0
        self._total = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """The console itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the live lines away, however the run ended."""
        self.close()

    def run_began(self, total: int, folder: Path) -> None:
        """A run of ``total`` cases began; its files go to ``folder``."""
        self._total = total
        if self._quiet:
            return
        self._lines.line((f"{total} {'case' if total == 1 else 'cases'}, files in {folder}", "dim"))
        if self._moving:
            # Two redraws a second: the page's timers are being measured on the same machine.
            self._live = Live(
                get_renderable=self._status, console=self._lines.out, refresh_per_second=2, transient=True
            )
            self._live.start()

    def case_began(self, id: str) -> None:
        """A case is running."""
        self._running[id] = ("starts", time.monotonic())

    def case_waits(self, id: str, what: str) -> None:
        """A running case waits for ``what``: "the measuring lock", "step 2: receive"."""
        began = self._running[id][1] if id in self._running else time.monotonic()
        self._running[id] = (what, began)

    def case_ended(self, case: CaseResult, done: int, total: int) -> None:
        """A case ended; ``done`` of ``total`` have now."""
        self._done, self._total = done, total
        self._running.pop(case.id, None)
        self._ended[case.outcome] = self._ended.get(case.outcome, 0) + 1
        if self._quiet:
            return
        lines = self._lines
        head = lines.text((case.outcome.ljust(_WIDEST), COLOURS[case.outcome]), "  ", (case.id, "bold"))
        taken = lines.text(words.way_told(case))
        if lines.plain or head.cell_len + 2 + taken.cell_len <= lines.out.width:
            lines.write(head.append("  ").append_text(taken))
        else:
            lines.write(head)
            lines.paragraph(taken, indent=_WIDEST + 2)
        for said in words.uncounted(case):
            lines.paragraph(lines.text((said, "yellow")), indent=_WIDEST + 2)

    def note(self, text: str) -> None:
        """Something that the user should know while the run goes on."""
        self._lines.line(("note".ljust(_WIDEST), "cyan"), "  ", text)

    def run_ended(self, run: RunResult, paths: list[Path], changes: Changes | None = None) -> None:
        """The run ended, and its reports lie at ``paths``: the summary, what did not pass or changed, the counts."""
        self.close()
        summarise(self._lines, run, paths, changes, quiet=self._quiet)

    def close(self) -> None:
        """Take the live lines away. May be called again."""
        if self._live:
            self._live.stop()
            self._live = None

    def _status(self) -> Text:
        """The live lines: how far the run is, and what each running case waits for. Drawn by Rich's own thread."""
        status = Text(no_wrap=True, overflow="ellipsis", end="")
        now = time.monotonic()
        status.append(f"{self._done} of {self._total} done", "bold")
        for outcome in words.OUTCOMES:
            if outcome != "passed" and self._ended.get(outcome):
                status.append(f", {self._ended[outcome]} {outcome}", COLOURS[outcome])
        status.append(f", {words.duration((now - self._began) * 1000)}", "dim")
        for case_id, (what, began) in list(self._running.items()):
            waited = f"  {what}, {now - began:.0f} s"
            status.append("\n").append_text(self._lines.text("  ", (case_id, "bold"), (waited, "dim")))
        return status
