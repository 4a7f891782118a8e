"""The one place that makes background tasks: each has a name, an owner and an end."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_owned: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start ``work`` as a task that cannot be garbage-collected before it ends."""
    task = asyncio.create_task(work, name=name)
    _owned.add(task)
    task.add_done_callback(_owned.discard)
    return task


async def end(task: asyncio.Task[Any] | None) -> None:
    """Cancel ``task`` and wait until it has ended; what it raised while ending is dropped."""
    if task is None:
        return
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
