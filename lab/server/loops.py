"""The event loop that a server runs on."""

import asyncio
from collections.abc import Callable
from importlib import import_module


def factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Makes uvloop's loop where that is installed, which serves about a third more; None for asyncio's own."""
    try:
        found: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return found
