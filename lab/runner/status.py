"""The exit statuses of the command line: few, and the same for every command."""

from lab.timeline.results import RunResult

PASSED = 0
FAILED = 1
USAGE = 2
ENVIRONMENT = 3
FLAKY = 4
NOTHING_SELECTED = 5
INTERRUPTED = 130


def of_run(run: RunResult, *, forbid_flaky: bool = False) -> int:
    """The status of a run: a broken expectation outweighs what the lab could not do, and both a flaky case."""
    if run.interrupted:
        return INTERRUPTED
    if run.count("failed"):
        return FAILED
    if run.count("error"):
        return ENVIRONMENT
    if forbid_flaky and run.count("flaky"):
        return FLAKY
    return PASSED
