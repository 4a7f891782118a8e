"""The engines of a run: each started once, kept warm, replaced where it has crashed."""

import asyncio
import contextlib
from collections.abc import Callable

from lab.browser import engines
from lab.browser.engine import Engine
from lab.errors import LabError

STARTS = 2
"""How often in a row an engine may fail to start before the pool stops trying: a start can take 30 s to fail."""


class EnginePool:
    """Starts an engine when the first case wants it, and hands the same one to every case."""

    def __init__(self, make: Callable[[str], Engine]) -> None:
        self._make = make
        self._running: dict[str, Engine] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._failures: dict[str, list[LabError]] = {}

    @classmethod
    def of_browsers(cls, *, headed: bool, trusted_spki: str) -> "EnginePool":
        """A pool of real browsers."""
        return cls(lambda name: engines.create(name, headed=headed, trusted_spki=trusted_spki))

    async def get(self, name: str) -> Engine:
        """The running engine of this name.

        Raises:
            LabError: It could not be started; after `STARTS` failures in a row, without trying again.
        """
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name in self._running:
                return self._running[name]
            failures = self._failures.setdefault(name, [])
            if len(failures) >= STARTS:
                raise failures[-1]
            engine = self._make(name)
            try:
                await engine.start()
            except BaseException as error:
                await engine.stop()
                if isinstance(error, LabError):
                    failures.append(error)
                raise
            failures.clear()
            self._running[name] = engine
            return engine

    async def discard(self, engine: Engine) -> bool:
        """End an engine that has failed, so that the next case gets a new one; False where another case did so."""
        mine = self._running.get(engine.name) is engine
        if mine:
            del self._running[engine.name]
        # Where Playwright's driver is gone, its calls raise what is no error of its own kind.
        with contextlib.suppress(Exception):
            await engine.stop()
        return mine

    async def stop(self) -> None:
        """End all engines, each even where another's end fails."""
        running, self._running = list(self._running.values()), {}
        await asyncio.gather(*(engine.stop() for engine in running), return_exceptions=True)
