"""Writing lines to a terminal or a pipe: nothing in them is obeyed, and a pipe's are never wrapped."""

import re
from collections.abc import Mapping

import rich.console
from rich.text import Text

from lab.report.words import visible
from lab.timeline.results import Outcome

COLOURS: Mapping[Outcome, str] = {
    "passed": "green",
    "failed": "bold red",
    "flaky": "yellow",
    "error": "bold magenta",
    "skipped": "dim",
}

_BREAKS = re.compile(r"\s*[\n\t]\s*")


class Lines:
    """A Rich console that takes text from strangers.

    Rich itself reads NO_COLOR and TERM. Its markup is never used: what is written is always a `Text`.
    """

    def __init__(self, out: rich.console.Console) -> None:
        self.out = out
        self.plain = not out.is_terminal or out.is_dumb_terminal
        """Whether this is no terminal: lines are not wrapped, so that names can be found in them."""

    def clean(self, text: str) -> str:
        """``text`` on one line, control characters written out, and fit for the output's encoding."""
        shown = visible(_BREAKS.sub(" ", text))
        return shown.encode(self.out.encoding, "backslashreplace").decode(self.out.encoding)

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of texts, each cleaned; a pair is a text and its Rich style. A terminal wraps it by itself."""
        self.write(self.text(*parts))

    def text(self, *parts: str | tuple[str, str]) -> Text:
        """The parts of a line as one Text."""
        text = Text()
        for part in parts:
            content, style = part if isinstance(part, tuple) else (part, "")
            text.append(self.clean(content), style)
        return text

    def write(self, text: Text) -> None:
        """One line that `text` made."""
        self.out.print(text, soft_wrap=True, highlight=False)

    def paragraph(self, text: Text, *, indent: int) -> None:
        """An indented text; on a terminal it is wrapped at its width with the indent kept."""
        pieces = [text] if self.plain else text.wrap(self.out, max(self.out.width - indent, 20))
        for piece in pieces:
            piece.rstrip()
            self.write(Text(" " * indent).append_text(piece))
