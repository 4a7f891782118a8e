"""The engines of a run: each started once, kept warm, replaced where it has crashed."""

import asyncio
from collections.abc import Callable

from lab.browser import engines
from lab.browser.engine import Engine

Make = Callable[[str], Engine]


class EnginePool:
    """Starts an engine when the first case wants it and hands the same one to every case."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._running: dict[str, Engine] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def of_browsers(cls, *, headed: bool, trusted_spki: str) -> "EnginePool":
        """A pool of real browsers."""
        return cls(lambda name: engines.create(name, headed=headed, trusted_spki=trusted_spki))

    async def get(self, name: str) -> Engine:
        """The running engine of this name; what its start raises is passed on, and the next call tries again."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            engine = self._running.get(name)
            if engine is None:
                engine = self._make(name)
                try:
                    await engine.start()
                except BaseException:
                    await engine.stop()
                    raise
                self._running[name] = engine
            return engine

    async def discard(self, engine: Engine) -> None:
        """End an engine that has failed, so that the next case gets a new one."""
        if self._running.get(engine.name) is engine:
            del self._running[engine.name]
        await engine.stop()

    async def stop(self) -> None:
        """End all engines, each even where another's end fails."""
        running, self._running = list(self._running.values()), {}
        await asyncio.gather(*(engine.stop() for engine in running), return_exceptions=True)
