import asyncio

from lab.network.clock import HopClock
from lab.network.filter import Filter
from lab.network.windows import Windows


async def turns(*filters: Filter, count: int, begin: bool = True) -> list[float]:
    """When the turns of these filters came, in ms of the clock, until there were so many."""
    clock = HopClock()
    came: list[float] = []
    enough = asyncio.Event()

    def turn() -> None:
        came.append(clock.now_ms())
        windows.watch(filters)
        if len(came) >= count:
            enough.set()

    windows = Windows(clock, turn)
    windows.watch(filters)
    if begin:
        clock.begin()
    try:
        await asyncio.wait_for(enough.wait(), 5)
    finally:
        windows.close()
    return came


async def test_each_begin_and_end_of_a_window_is_a_turn() -> None:
    began, opened, closed, again = (await turns(Filter(after_ms=40.0, for_ms=40.0, every_ms=100.0), count=4))[:4]
    assert began < 40
    for came, due in ((opened, 40), (closed, 80), (again, 140)):
        assert due - 2 <= came < due + 500


async def test_filters_without_a_time_have_no_turn_but_the_begin() -> None:
    clock = HopClock()
    came: list[float] = []
    windows = Windows(clock, lambda: came.append(clock.now_ms()))
    clock.begin()
    windows.watch([Filter(), Filter(direction="up")])
    await asyncio.sleep(0.02)
    assert len(came) == 1


async def test_clock_that_does_not_run_has_no_turns_and_closed_windows_have_none_either() -> None:
    clock = HopClock()
    came: list[float] = []
    windows = Windows(clock, lambda: came.append(clock.now_ms()))
    windows.watch([Filter(after_ms=1.0)])
    await asyncio.sleep(0.02)
    assert came == []
    clock.begin()
    windows.watch([Filter(after_ms=20.0)])
    windows.close()
    await asyncio.sleep(0.05)
    assert len(came) == 1
