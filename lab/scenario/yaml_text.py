"""A subset of YAML 1.2, read with PyYAML's safe loader into nodes that know where they stand.

What is left out, each with an error of its own: several documents, merge keys, tags other than those of the
core schema, keys that are not texts, numbers that JSON has no word for. Aliases work, within limits.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml

from lab.scenario.nodes import Entry, MappingNode, Node, Plain, Scalar, Sequence, quoted, said
from lab.scenario.problems import Problem, ScenarioErrors, Source
from lab.scenario.syntax import syntax_problem, unprintable

LARGEST_FILE: Final = 1024 * 1024
"""Bytes. A scenario is prose and a few lists; whatever is larger is another kind of file."""
DEEPEST: Final = 50
"""Lists and mappings inside each other."""
MOST_VALUES: Final = 10_000
"""Values after aliases are put in place: nine lists of nine aliases each would make hundreds of millions."""


def content_of(path: Path) -> bytes:
    """What the file at ``path`` holds, and of one that is too large so much that `read` sees it.

    Raises:
        ScenarioErrors: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = error.strerror if isinstance(error, OSError) else None
        problem = Problem(path.as_posix(), 1, 1, "the file cannot be read", came=str(reason or error))
        raise ScenarioErrors([problem]) from None


_CORE = "tag:yaml.org,2002:"


def _number(text: str) -> Plain:
    if text.startswith(("0o", "0x")):
        return int(text[2:], 8 if text[1] == "o" else 16)
    try:
        return int(text)
    except ValueError:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


# Tag, what the text must look like, and its value: the core schema of YAML 1.2.2, section 10.3.2.
_SCALARS: dict[str, tuple[re.Pattern[str], Callable[[str], Plain]]] = {
    "null": (re.compile(r"|~|null|Null|NULL"), lambda text: None),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    "int": (re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), _number),
    "float": (
        re.compile(
            r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        _number,
    ),
    "str": (re.compile(r".*", re.DOTALL), lambda text: text),
}
_LARGEST_NUMBER = 2**63


class _Loader(yaml.SafeLoader):
    """PyYAML's scanner, parser and composer with YAML 1.2's idea of what a plain word is."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML reads the attribute of the class)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        if self._depth > DEEPEST:
            mark = self.current_event.start_mark if self.current_event else self.get_mark()
            raise yaml.MarkedYAMLError(problem=f"more than {DEEPEST} levels deep", problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _name in ("null", "bool", "int", "float"):
    _Loader.add_implicit_resolver(_CORE + _name, re.compile(rf"(?:{_SCALARS[_name][0].pattern})\Z"), None)


def read(content: bytes, path: str) -> tuple[Source, Node, list[Problem]]:
    """The text, its value, and the problems that do not keep it from being read on.

    Raises:
        ScenarioErrors: The content is not UTF-8, not YAML, not one document, or too large.
    """
    source = Source(path, _decode(content, path))
    try:
        loader = _Loader(source.text)
    except yaml.reader.ReaderError as error:
        raise ScenarioErrors([unprintable(error, source)]) from None
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise ScenarioErrors([syntax_problem(error, source)]) from None
    except (ValueError, OverflowError):  # PyYAML turns the digits of an escape or a version into a number unchecked
        raise ScenarioErrors([source.problem(loader.index, loader.index + 1, "a number out of range")]) from None
    if root is None or (root.tag == _CORE + "null" and not root.value):
        expected = 'keys and values, at least "title: ..."'
        raise ScenarioErrors([source.problem(0, 0, "the file is empty", expected=expected)])
    converter = _Converter(source)
    return source, converter.convert(root), converter.problems


def _decode(content: bytes, path: str) -> str:
    """The text without its byte order mark."""
    if len(content) > LARGEST_FILE:
        what = f"the file has {len(content)} bytes"
        raise ScenarioErrors([Problem(path, 1, 1, what, expected=f"at most {LARGEST_FILE}")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The position is told on the text that could be read, with one character for each byte that could not.
        readable = content.decode("utf-8", errors="replace")
        offset = len(content[: error.start].decode("utf-8", errors="replace"))
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        came = "UTF-16" if utf16 else f"the byte 0x{content[error.start]:02x}"
        problem = Source(path, readable).problem(
            offset, offset + 1, "the file is not UTF-8", expected="text saved as UTF-8", came=came
        )
        raise ScenarioErrors([problem]) from None


def is_plain_word(text: str) -> bool:
    """Whether the text is read as this text, and not as a number, true, false or nothing."""
    return not any(shape.fullmatch(text) for kind, (shape, _) in _SCALARS.items() if kind != "str")


class _Converter:
    """Turns PyYAML's nodes into the lab's: scalars become values, aliases what they stand for."""

    def __init__(self, source: Source) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._open: set[int] = set()
        self._count = 0

    def convert(self, node: yaml.Node) -> Node:
        start, end = node.start_mark.index, node.end_mark.index
        self._count += 1
        if id(node) in self._open:
            self._give_up(start, "an alias of what it stands in", "an anchor that does not hold its own alias")
        if self._count > MOST_VALUES:
            self._give_up(start, f"aliases make more than {MOST_VALUES} values", "a scenario of a reasonable size")
        if len(self._open) >= DEEPEST:
            self._give_up(start, f"more than {DEEPEST} levels deep", "a scenario of a reasonable depth")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, start, end)
            if isinstance(node, yaml.SequenceNode):
                self._check_tag(node, "seq")
                return Sequence(start, end, tuple(self.convert(item) for item in node.value))
            return self._scalar(node, start, end)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, start: int, end: int) -> MappingNode:
        self._check_tag(node, "map")
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            at, after = key_node.start_mark.index, key_node.end_mark.index
            value = self.convert(value_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._tell(at, at + 1, "a list or a mapping as a key", expected="a word")
                continue
            key = self._text(key_node)
            if key == "<<" and key_node.style is None:
                self._tell(at, after, "a merge key (<<)", expected="the keys themselves: YAML 1.2 has no merge keys")
            elif key in entries:
                first, _ = self._source.position(entries[key].key.start)
                self._tell(at, after, f"{quoted(key)} stands twice", expected=f"each key once; line {first} has it")
            else:
                entries[key] = Entry(Scalar(at, after, key), value)
        return MappingNode(start, end, entries)

    def _text(self, node: yaml.Node) -> str:
        """A scalar's text, with the pairs of escapes by which JSON writes some characters made one."""
        text: str = node.value
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            start, end = node.start_mark.index, node.end_mark.index
            self._tell(start, end, "half a character (a lone surrogate)", expected="a whole one")
            return ""

    def _scalar(self, node: yaml.Node, start: int, end: int) -> Scalar:
        kind = node.tag.removeprefix(_CORE)
        text = self._text(node)
        if kind not in _SCALARS or not node.tag.startswith(_CORE):
            self._check_tag(node, "str")
            return Scalar(start, end, text)
        shape, value_of = _SCALARS[kind]
        if shape.fullmatch(text) is None:
            self._tell(start, end, f"not what its tag says (!!{kind})", expected="a value without a tag")
            return Scalar(start, end, text)
        value = value_of(text) if kind not in ("int", "float") or len(text) < 400 else float("inf")
        if isinstance(value, (int, float)) and not abs(value) < _LARGEST_NUMBER:
            self._tell(start, end, "a number out of range", came=said(Scalar(start, end, text)))
            return Scalar(start, end, text)
        return Scalar(start, end, value)

    def _check_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag != _CORE + kind:
            start = node.start_mark.index
            shown = node.tag.replace(_CORE, "!!")
            self._tell(start, start + 1, f"a tag that is not read ({shown})", expected="a value without a tag")

    def _tell(self, start: int, end: int, what: str, *, expected: str = "", came: str = "") -> None:
        self.problems.append(self._source.problem(start, end, what, expected=expected, came=came))

    def _give_up(self, start: int, what: str, expected: str) -> NoReturn:
        raise ScenarioErrors([*self.problems, self._source.problem(start, start + 1, what, expected=expected)])
