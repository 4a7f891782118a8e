"""What was most likely meant where one word, or one number, stands in place of keys and values, or of a list."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.expected import A_LIST, A_NUMBER, A_TEXT, A_TRUTH, A_WHOLE_NUMBER, KEYS
from lab.scenario.limits import Limits
from lab.scenario.nodes import MappingNode, Node, Scalar, plain
from lab.scenario.yaml_text import is_plain_word
from lab.units import A_DURATION, A_SIZE, duration_meant, size_meant

_UNQUOTED = {
    A_TRUTH: re.compile("true|false"),
    A_WHOLE_NUMBER: re.compile(r"[-+]?\d+"),
    A_NUMBER: re.compile(r"[-+]?\d+(\.\d+)?"),
}
"""What is no text any more once its quotes are gone."""
_NONSENSE = "\N{REPLACEMENT CHARACTER}"


def how_written(expected: str, node: Node, text: str, models: Iterable[type[BaseModel]], reading: Reading) -> str:
    """What to add to the words for what was expected: how that is written with the value that came in it.

    Args:
        expected: The words, as lab/scenario/expected.py has them.
        node: What came.
        text: The same, as it stands in the file.
        models: Where keys and values were expected: those that may stand there.
        reading: What they are held against.
    """
    value = node.value if isinstance(node, Scalar) else None
    if expected == KEYS:
        return _keys_in_words([*models], value, reading) or _as_names(plain(node))
    if expected == A_LIST:
        dash = ", each item behind a dash" if isinstance(node, MappingNode) else ""
        return dash if value is None else f": [{', '.join(map(written, _parts(value)))}]"
    if expected == A_TEXT and value is not None:
        return f': "{text}" in quotes'
    pattern = _UNQUOTED.get(expected)
    return f": {value} without quotes" if pattern and isinstance(value, str) and pattern.fullmatch(value) else ""


def with_unit(word: str, expected: str) -> str:
    """A duration or a size as it was most likely meant: ``25s`` for ``25 sec``; nothing where that is no guess."""
    for words, meant in ((A_DURATION, duration_meant), (A_SIZE, size_meant)):
        if expected.startswith(words):
            return meant(word)
    return ""


def _keys_in_words(models: Sequence[type[BaseModel]], value: Any, reading: Reading) -> str:
    own = [model for model in models if model is not Limits and value is not None]
    meant = next(filter(None, (as_keys(model, value, reading) for model in own)), "")
    keys = ", ".join(dict.fromkeys(key for model in models for key in _keys(model)))
    return f", such as {meant}" if meant else f" ({keys})" if keys else ""


def _as_names(value: Any) -> str:
    """How words are written that are keys of the user's own choice, such as the names of connections."""
    names = value if isinstance(value, list) else [value]
    right = bool(names) and all(isinstance(name, str) and name for name in names)
    return f": {{{', '.join(f'{written(name)}: ...' for name in names)}}}" if right else ""


def _parts(value: Any) -> list[Any]:
    """What may be meant to be several: a text is parted at its commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else [value]


def as_keys(model: type[BaseModel], value: Any, reading: Reading) -> str:
    """``{transport: websocket}``: the value at the key that takes it; an empty text where none does.

    A key that takes some values only is rather meant than one that takes any text.
    """
    reading = replace(reading, beside=None)
    keys = [key for key in _keys(model) if _takes(model, key, value, reading)]
    likely = getattr(model, "likely_key", "")
    choosy = [key for key in keys if not isinstance(value, str) or not _takes(model, key, _NONSENSE, reading)]
    chosen = next(iter(choosy), likely if likely in keys else "")
    if not chosen:
        return ""
    missing = [f"{key}: ..." for key in _keys(model, required=True) if key != chosen]
    return f"{{{', '.join([f'{chosen}: {written(value)}', *missing])}}}"


def written(value: Any) -> str:
    """The value as YAML has it inside braces."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, str) and value.isprintable() and is_plain_word(value) and not _needs_quotes(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _needs_quotes(text: str) -> bool:
    return text[:1] in "-?:&*!|>'\"%@`#" or text != text.strip() or bool(set(text) & set(",[]{}")) or ": " in text


def _keys(model: type[BaseModel], *, required: bool = False) -> list[str]:
    fields = model.model_fields.items()
    return [field.alias or name for name, field in fields if name != "step" and (field.is_required() or not required)]


def _takes(model: type[BaseModel], key: str, value: Any, reading: Reading) -> bool:
    """Whether nothing is wrong with the value at this key, whatever is missing beside it."""
    try:
        validate_plain(model, {key: value}, reading)
    except ValidationError as error:
        return all(one["type"] == "missing" for one in error.errors(include_url=False, include_input=False))
    return True
