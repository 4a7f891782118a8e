"""Texts as the recorder in the page tells them: cut short, with a hash that stands for the whole."""

import struct

MASK = 0xFFFFFFFF


def fnv1a(text: str) -> str:
    """FNV-1a (32 bits) over the UTF-16 code units, eight hexadecimal digits; lone surrogates count as they are."""
    raw = text.encode("utf-16-le", "surrogatepass")
    value = 0x811C9DC5
    for (unit,) in struct.iter_unpack("<H", raw):
        value = (value ^ unit) * 0x01000193 & MASK
    return f"{value:08x}"


def quoted(text: str, longest: int = 60) -> str:
    """The text in quotation marks for a message, cut where it is long."""
    return f'"{text}"' if len(text) <= longest else f'"{text[:longest]}…" ({len(text)} characters)'
