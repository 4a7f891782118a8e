"""From a place in the widened scenario back to the place in the file, whatever short form was written there."""

from dataclasses import dataclass

from lab.scenario.nodes import MappingNode, Node, Scalar, Sequence

Loc = tuple[int | str, ...]
"""A place as pydantic gives it: keys and indices, and among them words that name the branch of a union."""

KEY = "[key]"
"""The last part of a place where it is the key that is meant, and not its value; pydantic's own word for it."""

# A single key can be short for two: the first of a pair is the key itself, the second its value.
_KEY_OF_SHORT_FORM = {"name", "profile", "transport"}
_VALUE_OF_SHORT_FORM = {"parameters", "limits", "outcome"}


@dataclass(frozen=True)
class Place:
    """Where a place of the widened scenario was written."""

    node: Node
    """The value, or the key where a short form has made a value of a key."""
    key: Node | None
    """The key that the value stands under; None for an item of a list and for the whole file."""
    found: int
    """How many parts of the place were found in the file."""
    label: str
    """The last key on the way to the value, as it stands in the file."""
    branches: tuple[Loc, ...]
    """The place up to each part that was not found: there the file has a short form, or the models a union."""

    @property
    def pointer(self) -> Node:
        """What to point at where the fault is not in the value but in what it lacks."""
        is_word = isinstance(self.node, Scalar) and self.node.value is not None
        return self.node if is_word or self.key is None else self.key


def locate(root: Node, loc: Loc) -> Place:
    """Walk from the root as far as the file goes along; what a short form leaves out is passed over."""
    node: Node = root
    key: Node | None = None
    found, label = 0, ""
    branches: list[Loc] = []
    for index, part in enumerate(loc):
        step = (key, key) if part == KEY and key is not None else _step(node, part)
        if step is None:
            branches.append(loc[:index])
        else:
            node, key = step
            label = str(key.value) if isinstance(key, Scalar) else label
            found += 1
    return Place(node, key, found, label, tuple(branches))


def _step(node: Node, part: int | str) -> tuple[Node, Node | None] | None:
    """The node below that the part leads to, and its key; None where the file has no such part."""
    if isinstance(node, Sequence):
        return (node.items[part], None) if isinstance(part, int) and part < len(node.items) else None
    if not isinstance(node, MappingNode) or not isinstance(part, str):
        return None
    if part in node.entries:
        return node.entries[part].value, node.entries[part].key
    if len(node.entries) == 1:
        (entry,) = node.entries.values()
        if part in _KEY_OF_SHORT_FORM:
            return entry.key, entry.key
        if part in _VALUE_OF_SHORT_FORM:
            return entry.value, entry.key
    return None
