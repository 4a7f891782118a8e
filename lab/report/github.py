"""What GitHub Actions shows of a run: annotations at the scenarios' lines, and a summary of the step.

GitHub shows 10 errors and 10 warnings of a step (https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md,
"Limitations"); so no more are written, and the last of each says how many there would have been. A summary may have
1 MiB (https://docs.github.com/actions, "Step isolation and limits" of job summaries); ours stays far below.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lab.report import source, words
from lab.timeline.results import CaseResult, RunResult

MOST = 10
"""Annotations of one kind that a step shows."""
_LONGEST = 2_000
"""Characters of one annotation: what is longer is told in the log and in the summary."""


def annotations(run: RunResult) -> list[str]:
    """The lines that make annotations: an error per failed case, a warning per flaky one and per error of the lab.

    A line goes to the workflow's log by way of standard output. What a case says cannot end it or begin another.
    """
    errors = [_line("error", case) for case in run.cases if case.outcome == "failed"]
    warnings = [_line("warning", case) for case in run.cases if case.outcome in ("error", "flaky")]
    return [*_few("error", errors), *_few("warning", warnings)]


def write_summary(text: str, environment: Mapping[str, str]) -> bool:
    """Append ``text`` (see `markdown`) to the file that ``GITHUB_STEP_SUMMARY`` names; False where it names none.

    Raises:
        OSError: It cannot be written.
    """
    name = environment.get("GITHUB_STEP_SUMMARY")
    if name:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    return bool(name)


def _few(kind: str, lines: Sequence[str]) -> Iterator[str]:
    if len(lines) <= MOST:
        yield from lines
        return
    yield from lines[: MOST - 1]
    more = len(lines) - MOST + 1
    yield f"::{kind} title=SockJS Lab::{more} more of this kind: see the summary, or report.html"


def _line(kind: str, case: CaseResult) -> str:
    said = words.troubles(case)
    for cause in words.causes(case):
        said.append(f"{', '.join(cause.about)}: {' '.join(cause.sentences) or cause.cause}")
    if case.remedy:
        said.append(case.remedy)
    text = words.visible("\n".join(said), keep="\n")[:_LONGEST]
    properties = {"file": case.scenario, "line": str(source.line_of(case)), "title": words.visible(case.id)}
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {named}::{_data(text)}"


def _data(text: str) -> str:
    """A message, without what would end it (actions/toolkit, packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
