"""The name of the function that a page wants called (htmlfile, jsonp): it is written into a script."""

import re

_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*", re.ASCII)
_LONGEST = 128
"""Characters. sockjs-client sends about ten (``_jp.a1b2c3``)."""


class CallbackError(ValueError):
    """There is no callback or it is no name; ``str(error)`` is the answer that the protocol gives to it."""


def check(name: str | None) -> str:
    """``name`` if it is identifiers joined by dots, and so safe to write into a script.

    Raises:
        CallbackError: with the protocol's text for a missing or an invalid callback.
    """
    if not name:
        raise CallbackError('"callback" parameter required')
    if len(name) > _LONGEST or not _CALLBACK.fullmatch(name):
        raise CallbackError('invalid "callback" parameter')
    return name
