"""PyYAML's complaints in plain words."""

import yaml

from lab.scenario.problems import Problem, Source


def unprintable(error: yaml.reader.ReaderError, source: Source) -> Problem:
    """The problem with a character that may not stand in YAML at all."""
    came = f"U+{error.character:04X}" if isinstance(error.character, int) else ""
    return source.problem(
        error.position, error.position + 1, "a character that YAML does not allow", expected="text", came=came
    )


# Beginning of PyYAML's words, what to say instead, and what was expected.
_SYNTAX: list[tuple[str, str, str]] = [
    ("found character '\\t'", "a tab where only blanks can be", "blanks: YAML does not indent with tabs"),
    ("mapping values are not allowed", "a colon where no key can end", 'a text with ": " in it to stand in quotes'),
    (
        "could not find expected ':'",
        "a key without its colon",
        'a colon and a blank after it, as in "title: ..."',
    ),
    ("but found another document", "a second document", "one scenario in a file"),
    ("found undefined alias", "an alias without its anchor", "the anchor (&name) above its alias (*name)"),
    ("more than", "lists and mappings too deep inside each other", "a scenario of a reasonable depth"),
    ("found character", "a character that cannot begin a value", "the text to stand in quotes"),
    ("expected '<document start>'", "a second value", "one mapping in a file"),
    ("expected the node content", "no value where one must be", "a value, or a text in quotes"),
    ("expected alphabetic or numeric", "& or * without a name", "a text that begins with & or * to stand in quotes"),
    ("expected chomping", "a text on the line of its | or >", "the text below that line"),
    ("expected a comment or a line break", "a text on the line of its | or >", "the text below that line"),
    ("found duplicate anchor", "an anchor that is there already", "each anchor once"),
    ("expected ',' or ']'", "a list in brackets that does not end", '"," or "]"'),
    ("expected ',' or '}'", "a mapping in braces that does not end", '"," or "}"'),
    ("found unexpected end of stream", "a text in quotes that does not end", "the closing quote"),
    (
        "found unknown escape character",
        "an unknown escape",
        'one that YAML knows, or "\\\\" for a backslash',
    ),
    (
        "sequence entries are not allowed",
        "a list item where no item can be",
        "the list on lines of its own",
    ),
]


# These are noticed long after the mistake: the place to look at is where what does not end has begun.
_KNOWN_BY_BEGINNING = ("could not find expected ':'", "found unexpected end of stream")
_UNCLOSED = ("expected ',' or ']'", "expected ',' or '}'")
"""So are these, where they are noticed on another line."""


def syntax_problem(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """The problem that keeps PyYAML from reading on, at the place where it stopped."""
    said_by_yaml = error.problem or error.context or ""
    mark, beginning_mark = error.problem_mark or error.context_mark, error.context_mark
    if mark is not None and beginning_mark is not None:
        elsewhere = said_by_yaml.startswith(_UNCLOSED) and beginning_mark.line != mark.line
        if elsewhere or said_by_yaml.startswith(_KNOWN_BY_BEGINNING):
            mark = beginning_mark
    at = mark.index if mark else 0
    if said_by_yaml.startswith("mapping values are not allowed") and _is_first_key(source, at):
        what, expected = "a key below a text", "a colon at the end of the text above, or this key further to the left"
        return source.problem(at, at + 1, what, expected=expected)
    if said_by_yaml.startswith("expected <block end>"):
        what, expected = _misfit(source, at)
        return source.problem(at, at + 1, what, expected=expected)
    for beginning, what, expected in _SYNTAX:
        if said_by_yaml.startswith(beginning):
            return source.problem(at, at + 1, what, expected=expected)
    words = said_by_yaml.replace("<stream end>", "the end").replace("<block mapping start>", "a key").strip()
    return source.problem(at, at + 1, f"not YAML: {words}")


def _misfit(source: Source, at: int) -> tuple[str, str]:
    """What is wrong with what stands where a list or keys have ended, and what was expected."""
    line, column = source.position(at)
    text = source.line(line)
    if text[: column - 1].strip(" -"):
        return "something behind a value that has ended", "a line of its own, or all of it in quotes"
    if text[column - 1 :].startswith("- ") and column == 1:
        return "a list item among keys", "a key; a list stands below the key that it belongs to"
    return "a line that does not fit the lines above", "the same indentation for all of them"


def _is_first_key(source: Source, colon: int) -> bool:
    """Whether nothing but a word stands before the colon in its line, and another line above."""
    line, column = source.position(colon)
    before = source.line(line)[: column - 1]
    return line > 1 and before.startswith(" ") and ": " not in before and "- " not in before
