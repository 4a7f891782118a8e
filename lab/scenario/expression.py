"""The expression behind ``-k``, as pytest users know it: words, ``and``, ``or``, ``not``, parentheses.

A word goes up to the next blank or parenthesis; in quotes it may hold these, too. It holds for a case where it is
part of one of the case's names, whatever the case of its letters. ``not`` binds closest, then ``and``, then ``or``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

from lab.errors import UsageError

DEEPEST: Final = 50
"""Parentheses inside each other."""

Expression: TypeAlias = Callable[[Iterable[str]], bool]
"""Whether the expression holds for something that has these names."""

_Holds: TypeAlias = Callable[[list[str]], bool]
_TOKEN = re.compile(r"""[()]|"[^"]*"|'[^']*'|["']|[^\s()"']+""")


def compile_expression(text: str) -> Expression:
    """The expression, ready to be asked; an empty one holds for everything.

    Raises:
        UsageError: It is no expression; the message shows where.
    """
    holds = _Parser(text).parse()
    return lambda names: holds([name.lower() for name in names])


@dataclass(frozen=True)
class _Token:
    kind: str
    """``and``, ``or``, ``not``, ``(``, ``)``, ``word``, or ``end``."""
    text: str
    at: int
    """Offset in the expression."""


class _Parser:
    """Recursive descent, one method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*self._scan(), _Token("end", "", len(text))]
        self._next = 0
        self._depth = 0

    def parse(self) -> _Holds:
        if self._tokens[0].kind == "end":
            return lambda names: True
        holds = self._any_of()
        if self._kind != "end":
            self._fail('expected "and", "or" or the end')
        return holds

    def _scan(self) -> Iterator[_Token]:
        for match in _TOKEN.finditer(self._text):
            text = match[0]
            if text in ("'", '"'):
                self._fail("a quote that is not closed", match.start())
            if text[0] in "'\"":
                yield _Token("word", text[1:-1].lower(), match.start())
            else:
                kind = text if text in ("(", ")", "and", "or", "not") else "word"
                yield _Token(kind, text.lower(), match.start())

    @property
    def _kind(self) -> str:
        return self._tokens[self._next].kind

    def _any_of(self) -> _Holds:
        parts = [self._all_of()]
        while self._kind == "or":
            self._next += 1
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda names: any(part(names) for part in parts)

    def _all_of(self) -> _Holds:
        parts = [self._one()]
        while self._kind == "and":
            self._next += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda names: all(part(names) for part in parts)

    def _one(self) -> _Holds:
        negated = False
        while self._kind == "not":
            self._next += 1
            negated = not negated
        holds = self._in_parentheses() if self._kind == "(" else self._word()
        return (lambda names: not holds(names)) if negated else holds

    def _in_parentheses(self) -> _Holds:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail(f"more than {DEEPEST} parentheses inside each other")
        self._next += 1
        holds = self._any_of()
        if self._kind != ")":
            self._fail('expected ")"')
        self._next += 1
        self._depth -= 1
        return holds

    def _word(self) -> _Holds:
        token = self._tokens[self._next]
        if token.kind != "word":
            self._fail('expected a word, "not" or "("')
        self._next += 1
        return lambda names: any(token.text in name for name in names)

    def _fail(self, what: str, at: int | None = None) -> NoReturn:
        if at is None:
            token = self._tokens[self._next]
            came = f'"{token.text}"' if token.text else "the end"
            what, at = f"{what}, came {came}", token.at
        shown = "".join(character if character.isprintable() else " " for character in self._text)
        raise UsageError(f"-k, column {at + 1}: {what}\n  {shown}\n  {' ' * at}^")
