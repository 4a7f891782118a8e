"""Deadlines on the loop's clock."""

import asyncio

from lab.server.deadline import Deadline


async def test_deadline_calls_once_when_its_time_is_up() -> None:
    calls: list[float] = []
    loop = asyncio.get_running_loop()
    deadline = Deadline(lambda: calls.append(loop.time()))
    began = loop.time()
    deadline.set(0.02)
    await asyncio.sleep(0.2)
    (called,) = calls
    assert called - began >= 0.018


async def test_deadline_is_moved_either_way() -> None:
    late = asyncio.Event()
    deadline = Deadline(late.set)
    deadline.set(0.01)
    deadline.set(60)
    await asyncio.sleep(0.05)
    assert not late.is_set()
    deadline.set(0.01)
    await asyncio.wait_for(late.wait(), 5)


async def test_deadline_that_was_lifted_calls_nothing_and_can_be_set_again() -> None:
    late = asyncio.Event()
    deadline = Deadline(late.set)
    deadline.set(0.01)
    deadline.lift()
    await asyncio.sleep(0.05)
    assert not late.is_set()
    deadline.set(0.01)
    await asyncio.wait_for(late.wait(), 5)


async def test_end_leaves_no_timer() -> None:
    deadline = Deadline(lambda: None)
    deadline.set(60)
    deadline.end()
    assert deadline._timer is None
