"""The term of a behaviour: the time for which it acts, and what must not outlast it.

A behaviour that is taken out of its hop, or whose window of time is over, acts no more: what it holds passes at
once, what it waits for is given up, and no connection is closed by that. While a hook of a behaviour runs, and in the
tasks that it starts, `current` is its term; so what it puts in the way of a body, or delays, knows whose it is. Where
a test calls a hook by itself there is none: then a behaviour acts for as long as it likes.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar


class Term:
    """Whether a behaviour acts now. It does until something says otherwise."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    @property
    def acting(self) -> bool:
        """Whether it acts."""
        return not self._over.is_set()

    def begin(self) -> None:
        """Let it act. Who waits for the end of an earlier time has been told of that."""
        if not self.acting:
            self._over = asyncio.Event()

    def end(self) -> None:
        """Let it act no more."""
        self._over.set()

    async def over(self) -> None:
        """Return when it acts no more."""
        await self._over.wait()

    async def lasts(self, seconds: float) -> bool:
        """Wait so long, or until it acts no more; whether it has acted all the while."""
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return True
        return False


_current: ContextVar[Term | None] = ContextVar("term", default=None)


def current() -> Term | None:
    """The term of the behaviour whose hook is running, or that has started this task; None outside of a pipeline."""
    return _current.get()


@contextlib.contextmanager
def of(term: Term) -> Iterator[None]:
    """Let `current` be this term."""
    token = _current.set(term)
    try:
        yield
    finally:
        _current.reset(token)


async def lasts(seconds: float) -> bool:
    """Wait so long, or until the behaviour at work acts no more; whether it has acted all the while."""
    term = current()
    if term is not None:
        return await term.lasts(seconds)
    await asyncio.sleep(seconds)
    return True
