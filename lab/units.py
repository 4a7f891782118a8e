"""Durations and sizes as people write them: ``250ms``, ``5s``, ``2m``; ``100B``, ``4KiB``, ``1MiB``."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

_MS = {"ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")
"""What a duration looks like."""
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)")
"""What a size looks like."""

A_DURATION = "a duration with its unit, such as 250ms, 5s or 2m"
A_SIZE = "a size with its unit, such as 100B, 4KiB or 1MiB"

_UNITS_OF_TIME = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}
_UNITS_OF_SIZE = {
    **dict.fromkeys(("b", "byte", "bytes"), "B"),
    **dict.fromkeys(("k", "kb", "kib", "kbyte"), "KiB"),
    **dict.fromkeys(("m", "mb", "mib", "mbyte"), "MiB"),
    **dict.fromkeys(("g", "gb", "gib", "gbyte"), "GiB"),
}
"""How people write units, in small letters, and how the lab does."""
_ROUGHLY = re.compile(r"(\d+(?:[.,]\d+)?)\s*([A-Za-z]+)")


def duration_meant(text: str) -> str:
    """The duration that a text which is none was most likely meant to be; empty where nobody can tell."""
    return _meant(text, _UNITS_OF_TIME)


def size_meant(text: str) -> str:
    """As `duration_meant`, of a size."""
    return _meant(text, _UNITS_OF_SIZE)


def _meant(text: str, units: Mapping[str, str]) -> str:
    match = _ROUGHLY.fullmatch(text.strip())
    unit = units.get(match[2].lower(), "") if match else ""
    return f"{match[1].replace(',', '.')}{unit}" if match and unit else ""


def duration_ms(value: object) -> float:
    """Milliseconds from ``250ms``, ``5s``, ``2m`` or ``1h``; ValueError for anything else, bare numbers too."""
    match = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"expected {A_DURATION}")
    return float(match[1]) * _MS[match[2]]


def size_bytes(value: object) -> int:
    """Bytes from ``100B``, ``4KiB`` or ``1MiB``; ValueError for anything else, bare numbers too."""
    match = SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"expected {A_SIZE}")
    return round(float(match[1]) * _BYTES[match[2]])


def _held_ms(value: object, info: ValidationInfo) -> float:
    return value if isinstance(value, float) and info.mode == "python" else duration_ms(value)


def _held_bytes(value: object, info: ValidationInfo) -> int:
    return value if type(value) is int and info.mode == "python" else size_bytes(value)


Milliseconds = Annotated[
    float,
    BeforeValidator(_held_ms),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*(ms|s|m|h)$", "examples": ["250ms", "5s", "2m"]}),
]
"""A duration: written with its unit, held in milliseconds. Only Python code may give the bare float."""

Bytes = Annotated[
    int,
    BeforeValidator(_held_bytes),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*(B|KiB|MiB|GiB)$", "examples": ["100B", "4KiB"]}),
]
"""A size: written with its unit, held in bytes. Only Python code may give the bare int."""
