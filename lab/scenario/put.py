"""Writes a value of the matrix into the values of a file, at a dotted key."""

from dataclasses import replace

from lab.scenario.model import Hop
from lab.scenario.nodes import Entry, MappingNode, Node, Scalar, Sequence
from lab.scenario.problems import nearest


class Misplaced(Exception):
    """A dotted key leads to a place that the file does not have and that cannot be made."""

    def __init__(self, what: str, expected: str, nearest: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.nearest = nearest


def put(root: Node, dotted: str, chosen: Entry) -> Node:
    """The tree with the chosen value at the dotted key; keys that are not there are made.

    What is made stands, for the sake of errors, where the key of the matrix stands. ``root`` is left as it is.

    Raises:
        Misplaced: The key has no such place.
    """
    parts = dotted.split(".")
    if "" in parts:
        raise Misplaced(f'"{dotted}" is not a key', "words with single dots between them, as in client.version")
    if parts[0] == "matrix":
        raise Misplaced("a matrix of the matrix", "a key of the rest of the file")
    return _put(root, parts, 0, chosen)


def _put(node: Node, parts: list[str], index: int, chosen: Entry) -> Node:
    if index == len(parts):
        return chosen.value
    part, before = parts[index], parts[:index]
    node = _widened(node, part, before, chosen)
    if isinstance(node, Sequence):
        number = _index(part, before, len(node.items))
        item = _put(node.items[number], parts, index + 1, chosen)
        return replace(node, items=(*node.items[:number], item, *node.items[number + 1 :]))
    if not isinstance(node, MappingNode):
        raise Misplaced(f'"{".".join(before)}" has no keys below it', "the key of a mapping, or the index of an item")
    entry = node.entries.get(part)
    if entry is None and part.isdigit():
        name = ".".join(before)
        expected = "a key, as this is no list" if node.entries else f'a list at "{name}" that has this item'
        raise Misplaced(f'there is no "{name}.{part}"', expected, nearest(part, node.entries))
    key = entry.key if entry else chosen.key
    value = entry.value if entry else Scalar(chosen.key.start, chosen.key.end, None)
    return replace(node, entries={**node.entries, part: Entry(key, _put(value, parts, index + 1, chosen))})


def _index(part: str, before: list[str], count: int) -> int:
    """The index that the part of a key stands for, in a list of so many items."""
    if part.isascii() and part.isdigit() and len(part) < 10 and int(part) < count:
        return int(part)
    name = ".".join(before)
    expected = f'a list with items, and "{name}" is empty' if count == 0 else "the index 0"
    expected = f"an index from 0 to {count - 1}" if count > 1 else expected
    raise Misplaced(f'there is no "{name}.{part}"', expected)


def _widened(node: Node, part: str, before: list[str], chosen: Entry) -> Node:
    """The node in a form that has a place for ``part``: short forms grow, what is not there is made."""
    if isinstance(node, Scalar) and node.value is None:
        return MappingNode(chosen.key.start, chosen.key.end)
    if len(before) == 2 and before[0] == "network" and part in Hop.model_fields and _is_short_hop(node):
        behaviours = Sequence(node.start, node.end, (node,))
        return MappingNode(node.start, node.end, {"behaviours": Entry(chosen.key, behaviours)})
    if isinstance(node, Scalar) and node.value == part and before[-1].isdigit():
        # An item that is one word (a step, a hop, a behaviour): its keys stand below the word.
        return MappingNode(node.start, node.end, {part: Entry(node, Scalar(node.start, node.end, None))})
    return node


def _is_short_hop(node: Node) -> bool:
    """Whether a hop is just its behaviour: a word, or a word and its parameters."""
    if isinstance(node, MappingNode):
        return bool(node.entries) and not node.entries.keys() & Hop.model_fields.keys()
    return isinstance(node, Scalar)
