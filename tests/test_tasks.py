import asyncio
import gc

import pytest

from lab.tasks import end, spawn


async def test_spawned_task_outlives_a_caller_who_does_not_keep_it() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    spawn(work(), name="work")
    gc.collect()
    async with asyncio.timeout(5):
        await done.wait()


async def test_end_waits_until_the_task_has_cleaned_up() -> None:
    steps: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned")

    task = spawn(work(), name="work")
    await asyncio.sleep(0)
    await end(task)
    assert steps == ["cleaned"] and task.cancelled()


async def test_end_drops_what_the_task_raises_and_takes_none() -> None:
    async def work() -> None:
        raise ValueError

    task = spawn(work(), name="work")
    await asyncio.sleep(0)
    await end(task)
    await end(None)
    with pytest.raises(ValueError):
        task.result()
