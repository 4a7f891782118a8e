"""What was most likely meant where one word, or one number, stands in place of keys and values, or of a list."""

import json
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.yaml_text import is_plain_word

_NONSENSE = "\N{REPLACEMENT CHARACTER}"


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
