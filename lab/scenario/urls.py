"""The URLs of a scenario: what they begin with, and what stands in braces in them."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lab.scenario.problems import nearest
from lab.scenario.wrong import Place, wrong

_BRACES = re.compile(r"\{[\w-]*\}")
_HOST = re.compile(r"(?:[\w.-]+:\d+|localhost)(?:[/?#].*)?$")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WITH_HOST = ("http", "https", "ws", "wss")


def check_braces(text: str, known: Sequence[str], *, at: Place = "value") -> str:
    """The text; an error ``at`` a place where a word in braces is not among ``known``, which have no braces."""
    words = [f"{{{word}}}" for word in known]
    unknown = next((word for word in _BRACES.findall(text) if word not in words), None)
    if unknown is not None:
        raise wrong("unknown word in braces:", options=words, word=unknown, at=at)
    return text


def check_url(
    text: str, *, schemes: Sequence[str], expected: str, braces: Sequence[str] = (), beginning: str = ""
) -> str:
    """The text; an error where it is no URL.

    Args:
        text: What may be one.
        schemes: What it may begin with.
        expected: What would be right, in words.
        braces: Words in braces that may stand in it.
        beginning: Another, which may stand in place of its beginning.
    """
    check_braces(text, [*braces, *([beginning] if beginning else [])])
    if beginning and re.match(rf"\{{{beginning}\}}(?:[/?#]|$)", text):
        return text
    scheme = _SCHEME.match(text)
    word = scheme[1].lower() if scheme else ""
    if word not in schemes:
        raise wrong("not a URL:", expected, word=text, near=_meant(text, word, schemes, beginning))
    try:
        parts = urlsplit(text.replace("{port}", "1"))
        right = word not in _WITH_HOST or (bool(parts.hostname) and parts.port != 0)
    except ValueError:
        right = False
    if not right:
        raise wrong("not a URL:", expected, word=text)
    return text


def _meant(text: str, word: str, schemes: Sequence[str], beginning: str) -> str:
    """What was most likely meant by a text without one of the schemes; ``word`` is what it has in place of one."""
    if beginning and text.startswith("/") and not text.startswith("//"):
        return f"{{{beginning}}}{text}"
    if _HOST.match(text) and "http" in schemes:
        return f"http://{text}"
    near = nearest(word, schemes) if text[len(word) :].startswith("://") else ""
    return f"{near}{text[len(word) :]}" if near else ""
