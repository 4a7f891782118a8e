"""Content types: what a message is, and whether that is one of those that a behaviour was told."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from mitmproxy.http import Headers


def kind(headers: Headers) -> str:
    """The type of a message without its parameters, in small letters: ``text/html``; empty where it has none."""
    said: str = headers.get("content-type", "")
    return said.partition(";")[0].strip().lower()


def is_one_of(kind: str, wanted: Iterable[str]) -> bool:
    """Whether a type is one of these, which may be patterns: ``text/*``."""
    return bool(kind) and any(fnmatchcase(kind, pattern.lower()) for pattern in wanted)
