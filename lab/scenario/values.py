"""What may stand at a key, in words: of its JSON Schema, for the reference and for the command line."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lab.sockjs.transports import TRANSPORTS

_TYPES = {"string": "text", "integer": "whole number", "number": "number"}

UNITS = "A duration has its unit: `250ms`, `5s`, `2m`, `1h`. A size too: `100B`, `4KiB`, `1MiB`, `1GiB`."
"""What `value_of` means by a duration and a size."""


class Row(NamedTuple):
    """One key of an object, in Markdown."""

    key: str
    value: str
    """What may stand there: ``size or `null```."""
    default: str
    """What stands for it where it is left out; ``required`` where it may not be, ``-`` where nothing does."""
    about: str


def rows_of(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], links: Mapping[str, str] | None = None
) -> list[Row]:
    """The properties of an object.

    Args:
        schema: The object's.
        definitions: What the schema may refer to, by name.
        links: How a definition is named.
    """
    rows = []
    for key, part in schema["properties"].items():
        required = key in schema.get("required", [])
        # A description that a part of its own has already is not said again in the schema.
        own = definitions.get(_referred(part), {})
        about = part.get("description") or own.get("description", "")
        rows.append(Row(key, value_of(part, links or {}), "required" if required else default_of(part), about))
    return rows


def plain(markdown: str) -> str:
    """The text for a terminal."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", markdown).replace("`", "")


def default_of(part: Mapping[str, Any]) -> str:
    """The default as a file would have it, on one line; ``-`` where there is none."""
    default = part.get("default")
    if default is None:
        return "`null`" if {"type": "null"} in part.get("anyOf", []) else "-"
    if isinstance(default, str) and default and "\n" not in default:
        return f"`{default}`"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def value_of(part: Mapping[str, Any], links: Mapping[str, str] | None = None) -> str:
    """What may stand there: ``` `hang`, `reset` or whole number from 200 to 599 ```."""
    words = list(dict.fromkeys(_words(part, links or {})))
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _words(part: Mapping[str, Any], links: Mapping[str, str]) -> Iterator[str]:
    kind = part.get("type")
    pattern = part.get("pattern", "")
    if "anyOf" in part and "type" not in part:
        for branch in part["anyOf"]:
            yield from _words(branch, links)
    elif "$ref" in part:
        yield links[_referred(part)]
    elif "const" in part or "enum" in part:
        yield from _choices(part.get("enum", [part.get("const")]))
    elif kind in ("null", "boolean"):
        yield from ("`null`",) if kind == "null" else ("`true`", "`false`")
    elif "ms|s" in pattern or "KiB" in pattern:
        unit, name = ("ms", "duration") if "ms|s" in pattern else ("B", "size")
        yield name + _least(part, unit)
    elif kind == "array":
        items = value_of(part["items"], links) if "items" in part else ""
        of = ", each " if " or " in items else " of "
        yield "list" + (of + items if items else "")
    elif kind == "object":
        values = part.get("additionalProperties")
        yield "mapping to text" if values == {"type": "string"} else "mapping"
    else:
        yield _TYPES.get(str(kind), "any") + _bounds(part)


def _choices(values: list[Any]) -> Iterator[str]:
    others = values
    if set(TRANSPORTS) <= set(values):
        yield "[transport](#transports)"
        others = [value for value in values if value not in TRANSPORTS]
    yield from (f"`{value}`" for value in others)


def _least(part: Mapping[str, Any], unit: str) -> str:
    """Of a duration or a size, whose bounds are Python's, in milliseconds or bytes."""
    if "gt" in part:
        return " above 0" if part["gt"] == 0 else f" above {part['gt']:g}{unit}"
    return f" from {part['ge']:g}{unit}" if part.get("ge") else ""


def _bounds(part: Mapping[str, Any]) -> str:
    if "anyOf" in part:
        return ": " + ", or ".join(
            str(branch["const"]) if "const" in branch else f"{branch['minimum']} to {branch['maximum']}"
            for branch in part["anyOf"]
        )
    if "minimum" in part:
        return f" from {part['minimum']}" + (f" to {part['maximum']}" if "maximum" in part else "")
    if "maxLength" in part:
        return f" of at most {part['maxLength']} characters"
    examples = part.get("examples", [])
    return f" such as `{examples[0]}`" if examples else ""


def _referred(part: Mapping[str, Any]) -> str:
    """The name of the definition that the part refers to, if it does."""
    return str(part.get("$ref", "")).rpartition("/")[2]
