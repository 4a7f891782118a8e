"""Text for people: wrapped to the terminal, and as wide as is read well where there is none."""

import re
import shutil
import sys
import textwrap

import typer

WIDEST = 100


def width() -> int:
    """Columns that prose fills."""
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def wrapped(text: str, *, first: str = "", rest: str | None = None) -> str:
    """One paragraph; what cannot be broken, such as a URL, may stand out.

    Args:
        text: Its words.
        first: What its first line begins with.
        rest: What the others begin with; as ``first`` where None.
    """
    return textwrap.fill(
        " ".join(text.split()),
        width(),
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, wrapped; one with lists, code or the like in it stays as it is."""
    parts = filter(None, re.split(r"\n\s*\n", text.strip()))
    return [part if re.search(r"^(\s|[-*] |\d+\. )", part, re.MULTILINE) else wrapped(part) for part in parts]


def bold(word: str, text: str) -> str:
    """The text with the first ``word`` in it in bold type; `typer.echo` takes that out where there is no terminal."""
    return text.replace(word, typer.style(word, bold=True), 1) if word else text


def row(name: str, text: str) -> str:
    """One row of a list: a name that is as wide as the others, and a text; on one line where a program reads it."""
    return wrapped(text, first=name, rest=" " * len(name)) if sys.stdout.isatty() else f"{name}{text}"
