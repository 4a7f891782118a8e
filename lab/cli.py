"""The command line. Each command is one file in lab/commands/; there is no rule in any of them."""

import re
import sys
import tempfile
import traceback
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from rich.console import Console

from lab import __version__, commands, ending
from lab.errors import LabError
from lab.runner import status
from lab.scenario.problems import meant

HELP = """Run the real sockjs-client in real browsers behind emulated proxies, and learn why it fell back.

Start with:  lab run scenarios/corporate   then open the report that the last line names.

Exit status: 0 all passed; 1 an expectation failed; 2 usage or scenario error; 3 the environment or the lab
failed; 4 flaky where flaky is forbidden; 5 nothing selected; 130 interrupted.
"""


def build() -> typer.Typer:
    """The application with every command that lies in lab/commands/."""
    app = typer.Typer(
        name="lab",
        help=HELP,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    names = [info.name for info in iter_modules(commands.__path__) if not info.name.startswith("_")]
    found = {name: import_module(f"{commands.__name__}.{name}") for name in names}
    for name, module in sorted(found.items(), key=lambda item: item[1].PLACE):
        app.command(name)(module.command)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"SockJS Lab {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the lab's version and exit."),
    ] = False,
) -> None:
    """What may stand before a command."""


# What Typer and pydantic say, and what is said instead.
_IN_WORDS = (
    (r"Value error, ", ""),
    (r"Input should be greater than or equal to", "it should be at least"),
    (r"Input should be less than or equal to", "it should be at most"),
    (r"Input should be a valid integer\b.*", "it should be a whole number"),
    (r"Input should be", "it should be"),
    (r"dir '(.*)' does not exist", r"there is no folder \1"),
    (r"dir '(.*)' is a file", r"\1 is a file, not a folder"),
    (r"file '(.*)' is a directory", r"\1 is a folder, not a file"),
)


def _in_words(error: typer.TyperException) -> tuple[str, str]:
    """Typer's message in plain words, and what to do about it."""
    text = str(getattr(error, "format_message", lambda: str(error))()).rstrip(".")
    for said, instead in _IN_WORDS:
        text = re.sub(said, instead, text)
    remedy = "lab --help and lab COMMAND --help say what there is."
    if none_of := re.search(r"'([^']*)' is not one of (.*)", text):
        near = meant(none_of[1], re.findall(r"'([^']*)'", none_of[2]))
        remedy = f"Did you mean {near}?" if near else remedy
    return text, remedy


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a LabError becomes a sentence and a status, never a traceback."""
    outcome: Any
    words = sys.argv[1:] if arguments is None else arguments
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        outcome = build()(args=words or ["--help"], prog_name="lab", standalone_mode=False)
    except LabError as error:
        console.print(f"lab: {error}" if "\n" not in str(error) else str(error))
        if error.remedy:
            console.print(f"     {error.remedy}")
        sys.exit(error.status)
    except typer.TyperException as error:
        text, remedy = _in_words(error)
        console.print(f"lab: {text}\n     {remedy}")
        sys.exit(status.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(status.INTERRUPTED)
    except Exception as error:
        with tempfile.NamedTemporaryFile("w", prefix="lab-", suffix=".txt", delete=False) as file:
            traceback.print_exception(error, file=file)
        console.print(f"lab: the lab itself failed: {type(error).__name__}: {error}")
        console.print(f"     This is a defect of the lab. Please report it, with the file {file.name}.")
        sys.exit(status.ENVIRONMENT)
    finally:
        ending.let_go_of_tls()
    if not words:
        sys.exit(status.USAGE)
    sys.exit(outcome if isinstance(outcome, int) else status.PASSED)
