"""What is wrong with a file, and how it is told: where, the line itself, what was expected, what came."""

import difflib
import textwrap
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from re import compile as pattern

from lab.errors import UsageError

_WIDEST = 100
"""Columns of a line that are shown; of a longer line, those around the value."""
_LINE_BREAK = pattern(r"\r\n|\n|\r")


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one file."""

    path: str
    """The file, as the user named it, with forward slashes."""
    line: int
    """Counted from 1."""
    column: int
    """Counted from 1, in characters."""
    what: str
    """What is wrong, in a few words: ``unknown key "heartbat"``."""
    expected: str = ""
    came: str = ""
    nearest: str = ""
    """The right word that is nearest to the one that came; empty where none is near."""
    text: str = ""
    """The text of the line."""
    width: int = 1
    """How many characters of the line the value takes."""

    def render(self) -> str:
        """The problem as several lines of text, without a line break at the end."""
        margin = " " * len(str(self.line))
        shown, before, under = self._window()
        lines = [
            f"{self.path}:{self.line}:{self.column}: {self.what}",
            f"  {self.line} | {shown}".rstrip(),
            f"  {margin} | {before}{'^' * under}",
        ]
        if self.expected:
            lines += textwrap.wrap(
                f"expected {self.expected}",
                _WIDEST,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
                break_long_words=False,
            )
        if self.came:
            lines.append(f"  came {self.came}")
        if self.nearest:
            lines.append(f'  did you mean "{self.nearest}"?')
        return "\n".join(lines)

    def _window(self) -> tuple[str, str, int]:
        """What is shown of the line, the blanks before the caret, and how wide the caret is."""
        at = self.column - 1
        first = max(0, at - _WIDEST // 2) if len(self.text) > _WIDEST else 0
        shown = _showable(self.text[first : first + _WIDEST])
        value = shown[at - first : at - first + self.width]
        return shown, " " * _columns(shown[: at - first]), max(1, _columns(value))


def _showable(text: str) -> str:
    """The text with one plain character for each that a terminal would act on."""
    return "".join(
        " " if character == "\t" else character if character.isprintable() else "\N{MIDDLE DOT}" for character in text
    )


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes: East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


class ScenarioErrors(UsageError):
    """Everything that is wrong with one file or several; ``problems`` is sorted by file and position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n\n".join(problem.render() for problem in self.problems))


class Source:
    """The text of a file, and where in it an offset lies.

    Lines end as editors see them (line feed, carriage return, both), which is not where YAML 1.1 ends them.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        """The file, as the user named it, with forward slashes."""
        self.text = text
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1; an offset past the end is the end."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def problem(
        self, start: int, end: int, what: str, *, expected: str = "", came: str = "", nearest: str = ""
    ) -> Problem:
        """A problem with the text from ``start`` up to ``end``; the caret stays on the first line of it."""
        line, column = self.position(start)
        text = self.line(line)
        column = min(column, len(text) + 1)
        width = max(1, min(end - start, len(text) - column + 1))
        return Problem(self.path, line, column, what, expected, came, nearest, text, width)


def nearest(word: str, options: Iterable[str]) -> str:
    """The option that is nearest to the word, or an empty text where none is near.

    Case and the choice between ``-``, ``_`` and a blank do not make a word less near.
    """
    plain_options: dict[str, str] = {}
    for option in options:
        plain_options.setdefault(_plain(option), option)
    plain = _plain(word)
    found = difflib.get_close_matches(plain, plain_options, n=1, cutoff=0.6)
    # The beginning of one option alone: "refuse" for "refuse third-party".
    found = found or [option for option in plain_options if len(plain) > 2 and option.startswith(plain)]
    return plain_options[found[0]] if len(found) == 1 else ""


_ENGINES_OF = {
    **dict.fromkeys(("safari", "epiphany", "gnome web"), "webkit"),
    **dict.fromkeys(("chrome", "edge", "opera", "brave", "vivaldi"), "chromium"),
}
"""What runs in the browsers that people know."""


def meant(word: str, options: Iterable[str]) -> str:
    """As `nearest`; of engines also the one that runs in the browser of that name."""
    words = [*options]
    engine = _ENGINES_OF.get(word.lower(), "")
    return engine if engine in words else nearest(word, words)


def _plain(word: str) -> str:
    return word.lower().replace("_", "-").replace(" ", "-")


def one_of(options: Iterable[str]) -> str:
    """The options as a list in words: ``one of http, https``, or the only one."""
    words = list(options)
    return words[0] if len(words) == 1 else "one of " + ", ".join(words)
