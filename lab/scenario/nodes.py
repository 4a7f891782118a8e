"""The values of a file, each with where it stands: what YAML is read into and what the matrix writes to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Plain: TypeAlias = str | int | float | bool | None
"""What a scalar of YAML's core schema can be."""


@dataclass(frozen=True, eq=False)
class Node:
    """A value and the text that it was read from, as offsets in characters: from ``start`` up to ``end``."""

    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Scalar(Node):
    """A text, a number, true, false, or nothing."""

    value: Plain


@dataclass(frozen=True, eq=False)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...] = ()


@dataclass(frozen=True, eq=False)
class Entry:
    """One key of a mapping and its value. Keys are always texts, as written."""

    key: Node
    value: Node


@dataclass(frozen=True, eq=False)
class MappingNode(Node):
    """Keys and values, in the order of the file."""

    entries: Mapping[str, Entry] = field(default_factory=dict)


def plain(node: Node) -> Any:
    """The value without its position: str, int, float, bool, None, list or dict."""
    if isinstance(node, MappingNode):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def all_of(node: Node) -> Iterator[Node]:
    """The node and every node below it, keys included."""
    yield node
    if isinstance(node, MappingNode):
        for entry in node.entries.values():
            yield entry.key
            yield from all_of(entry.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from all_of(item)


def said(node: Node) -> str:
    """What came, in words for a message: ``"websockt"``, ``the number 25``, ``a list``."""
    if isinstance(node, MappingNode):
        return "keys and values" if node.entries else "no keys"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    assert isinstance(node, Scalar)
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, str):
        return quoted(node.value)
    return f"the number {node.value}"


def quoted(text: str, *, longest: int = 60) -> str:
    """The text in quotes on one line, cut after ``longest`` characters, without control characters."""
    cut = text if len(text) <= longest else text[:longest] + "..."
    safe = "".join(character if character.isprintable() else " " for character in cut)
    return f'"{safe}"'
