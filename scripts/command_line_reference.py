"""The page docs/reference/command-line.md, from the help of each command."""

import contextlib
import io
import os
from pathlib import Path
from unittest import mock

from lab.cli import build
from lab.runner import status

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "command-line.md"

_STATUSES = {
    status.PASSED: "All cases passed.",
    status.FAILED: "An expectation did not hold, or a step did not go as the scenario says.",
    status.USAGE: "The command line or a scenario is wrong. Nothing was run.",
    status.ENVIRONMENT: "The environment or the lab failed: a browser is missing, the machine was too busy, ...",
    status.FLAKY: "A case passed only after a retry, and `--forbid-flaky` was given.",
    status.NOTHING_SELECTED: "No case is left to run.",
    status.INTERRUPTED: "The run was interrupted; what had ended until then is in its reports.",
}

_VARIABLES = {
    "SOCKJS_LAB_CHROMIUM`, `SOCKJS_LAB_FIREFOX`, `SOCKJS_LAB_WEBKIT": "The path of the engine's browser.",
    "SOCKJS_LAB_BROWSERS=system": "`lab install` does not download Playwright's own builds.",
    "SOCKJS_LAB_CACHE": "Where sockjs-client and the lab's certificates are kept; else `~/.cache/sockjs-lab`.",
}

_HEAD = """\
# Command line

In a checkout the command is `.venv/bin/lab`; `.venv/bin/python -m lab` is the same. `lab --help` and
`lab COMMAND --help` print what stands below.

This page is made by `python -m scripts.reference` from `lab/commands/`.
"""


def page() -> str:
    """The whole page: exit statuses, variables of the environment, and the help of each command."""
    app = build()
    names = [command.name or "" for command in app.registered_commands]
    lines = [_HEAD, "## Exit statuses", "| status | meaning |", "|---|---|"]
    lines += [f"| {number} | {meaning} |" for number, meaning in sorted(_STATUSES.items())]
    lines += [
        "",
        "Where several are true, 130 goes before 1, 1 before 3, and 3 before 4.",
        "",
        "## Variables of the environment",
        "| variable | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in _VARIABLES.items()),
        "",
    ]
    for name in ("", *names):
        lines += [f"## lab {name}".rstrip(), "```text", help_of(name), "```", ""]
    return "\n".join(lines)


def help_of(name: str) -> str:
    """What ``lab NAME --help`` prints at 80 columns; ``lab --help`` where the name is empty."""
    with mock.patch.dict(os.environ, {"COLUMNS": "80"}), contextlib.redirect_stdout(io.StringIO()) as printed:
        build()(args=[*([name] if name else []), "--help"], standalone_mode=False, prog_name="lab")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())
