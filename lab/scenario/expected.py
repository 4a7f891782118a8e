"""What pydantic expected of a value, in words that a file's reader understands."""

import re
from collections.abc import Mapping
from typing import Any

from lab.units import DURATION, SIZE

A_TEXT = "a text"
A_LIST = "a list"
KEYS = "keys and values"
A_TRUTH = "true or false"
A_WHOLE_NUMBER = "a whole number"
A_NUMBER = "a number"

# Pydantic's type of error, and what a file's reader calls that which was expected.
_TYPES = {
    "string_type": A_TEXT,
    "string_sub_type": A_TEXT,
    "bool_type": A_TRUTH,
    "bool_parsing": A_TRUTH,
    "int_type": A_WHOLE_NUMBER,
    "int_parsing": A_WHOLE_NUMBER,
    "int_from_float": A_WHOLE_NUMBER,
    "float_type": A_NUMBER,
    "float_parsing": A_NUMBER,
    "finite_number": A_NUMBER,
    "list_type": A_LIST,
    "tuple_type": A_LIST,
    "set_type": A_LIST,
    "frozen_set_type": A_LIST,
    "dict_type": KEYS,
    "mapping_type": KEYS,
    "model_type": KEYS,
    "model_attributes_type": KEYS,
    "dataclass_type": KEYS,
    "none_required": "nothing",
}
# The same, with what pydantic says of the limit; the words in braces are keys of the error's context.
_LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
}


def in_words(kind: str, context: Mapping[str, Any], message: str, word: str) -> str:
    """What was expected: from the tables or, for the rarer types of error, from pydantic's own sentence.

    Args:
        kind: Pydantic's type of error.
        context: What it tells of it.
        message: Its sentence.
        word: What came, where that is a text.
    """
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _LIMITS:
        unit = unit_of(word) if kind.startswith(("greater", "less")) else ""
        limits = {key: f"{_plain(value)}{unit}" for key, value in context.items()}
        return re.sub(r"\b1 (character|item)s\b", r"1 \1", _LIMITS[kind].format_map(limits))
    plain = re.sub(r"^(Value error|Assertion failed), ", "", message)
    return re.sub(r"^(Input should be |expected )", "", plain)


def unit_of(word: str) -> str:
    """The unit of what is held for a word that is a duration or a size; none for any other."""
    return "ms" if DURATION.fullmatch(word) else "B" if SIZE.fullmatch(word) else ""


def _plain(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value
