"""Keeps mitmproxy's log off the terminal and off the root logger while hops are alive.

What it logs as an error (it, or something in it, has crashed) becomes an event of the hop that it happened in;
the rest is dropped, since the recorder says it better.
"""

import contextlib
import logging
from collections.abc import Iterator

from mitmproxy import ctx

_logger = logging.getLogger("mitmproxy")


class _ToRecorder(logging.Handler):
    """Hands errors to the recorder of the hop whose context they are logged in."""

    def emit(self, record: logging.LogRecord) -> None:
        recorder = getattr(getattr(ctx, "master", None), "recorder", None)
        if recorder is not None:
            reason = f": {record.exc_info[1]!r}" if record.exc_info else ""
            recorder.failed(record.getMessage() + reason)


_handler = _ToRecorder(logging.ERROR)
_users = 0


@contextlib.contextmanager
def kept_in() -> Iterator[None]:
    """While at least one such block is entered, mitmproxy's log goes to the hops' recorders alone."""
    global _users
    if _users == 0:
        _logger.addHandler(_handler)
        _logger.propagate = False
    _users += 1
    try:
        yield
    finally:
        _users -= 1
        if _users == 0:
            _logger.removeHandler(_handler)
            _logger.propagate = True
