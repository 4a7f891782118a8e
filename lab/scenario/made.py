"""The messages that the lab makes: the same ones for the same figures, whatever the machine."""

import random
from collections.abc import Callable

from lab.scenario.steps.send import Made

_ESCAPES = "\"\\/\b\f\n\r\t\x00\x1f\x7f\u00ad\u0600\u2028\u2029\u200c\ufeff\ufffe\uffff<>&'"
"""What JSON must escape, what JavaScript and browsers mangle (sockjs-client, lib/utils/escape.js), and markup."""

_LARGE = 64 * 1024


def _text(draw: random.Random, size: int) -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789äöüßéλжш中", k=size))


def _binary(draw: random.Random, size: int) -> str:
    return "".join(map(chr, draw.choices(range(256), k=size)))


def _escapes(draw: random.Random, size: int) -> str:
    return "".join(draw.choices(_ESCAPES, k=size))


def _astral(draw: random.Random, size: int) -> str:
    """Each character takes two code units; an odd size ends with one that takes one."""
    return "".join(map(chr, draw.choices(range(0x1F300, 0x1F6FF), k=size // 2))) + "x" * (size % 2)


def _surrogates(draw: random.Random, size: int) -> str:
    """Low halves only, or high ones only: a high one before a low one would be a character."""
    half = draw.choice((range(0xD800, 0xDC00), range(0xDC00, 0xE000)))
    return "".join(map(chr, draw.choices(half, k=size)))


_KINDS: dict[str, Callable[[random.Random, int], str]] = {
    "text": _text,
    "binary": _binary,
    "escapes": _escapes,
    "astral": _astral,
    "surrogates": _surrogates,
}


def texts_of(made: Made) -> list[str]:
    """The messages, in the order in which they are sent; sizes are in UTF-16 code units."""
    draw = random.Random(made.seed)
    texts = []
    for number in range(made.count):
        kind = made.kind if made.kind != "mixed" else list(_KINDS)[number % len(_KINDS)]
        size = made.size if made.size is not None else _size(draw, number, mixed=made.kind == "mixed")
        texts.append(_KINDS[kind](draw, size))
    return texts


def _size(draw: random.Random, number: int, *, mixed: bool) -> int:
    """Mostly short; of mixed ones the first is empty, the second one unit, and the tenth 64 KiB."""
    if mixed and number in (0, 1):
        return number
    if mixed and number == 9:
        return _LARGE
    return draw.choice((1, 2, 10, 60, 200, 1000, 3000))
