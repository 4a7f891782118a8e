import asyncio
from typing import Any

import pytest

from lab.browser.engine import EngineFailure
from lab.runner.engines import EnginePool


class FakeEngine:
    """Stands for a browser: counts what is asked of it. No browser is needed to test who gets which."""

    def __init__(self, name: str, fails: int = 0) -> None:
        self.name, self.version = name, "1"
        self.started = self.stopped = 0
        self._fails = fails

    async def start(self) -> None:
        self.started += 1
        await asyncio.sleep(0)
        if self._fails:
            raise EngineFailure("no browser")

    async def open(self, **how: Any) -> Any:
        raise AssertionError

    async def stop(self) -> None:
        self.stopped += 1


async def test_pool_starts_an_engine_once_for_all_who_want_it() -> None:
    made: list[FakeEngine] = []
    pool = EnginePool(lambda name: made.append(FakeEngine(name)) or made[-1])
    engines = await asyncio.gather(*(pool.get("chromium") for _ in range(5)))
    assert len(made) == 1 and made[0].started == 1 and len(set(map(id, engines))) == 1


async def test_pool_replaces_a_discarded_engine() -> None:
    pool = EnginePool(FakeEngine)
    first = await pool.get("firefox")
    assert await pool.discard(first)
    assert not await pool.discard(first), "another case has discarded it"
    second = await pool.get("firefox")
    assert first is not second and first.stopped == 2  # type: ignore[attr-defined] # a FakeEngine


async def test_pool_ends_an_engine_that_could_not_be_started() -> None:
    made: list[FakeEngine] = []
    pool = EnginePool(lambda name: made.append(FakeEngine(name, fails=1)) or made[-1])
    with pytest.raises(EngineFailure):
        await pool.get("webkit")
    assert made[0].stopped == 1


async def test_pool_does_not_try_a_hopeless_engine_for_every_case() -> None:
    made: list[FakeEngine] = []
    pool = EnginePool(lambda name: made.append(FakeEngine(name, fails=1)) or made[-1])
    for _ in range(10):
        with pytest.raises(EngineFailure):
            await pool.get("webkit")
    assert len(made) == 2


async def test_pool_ends_every_engine() -> None:
    pool = EnginePool(FakeEngine)
    engines = [await pool.get(name) for name in ("chromium", "firefox")]
    await pool.stop()
    assert [engine.stopped for engine in engines] == [1, 1]  # type: ignore[attr-defined] # FakeEngines
