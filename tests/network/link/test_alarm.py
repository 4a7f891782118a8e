import asyncio
import time
from collections.abc import Iterator

import pytest

from lab.network.link import alarm
from lab.network.link.alarm import Alarm


@pytest.fixture(params=["timerfd", "the loop's own"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param != "timerfd":
        monkeypatch.setattr(alarm, "_Timerfd", _none)
    yield request.param


def _none() -> None:
    raise OSError("there is none")


async def test_timers_fire_in_order_and_not_early(kind: str) -> None:
    timers = Alarm()
    began_s, fired, last = time.monotonic(), [], asyncio.Event()
    for delay_s in (0.03, 0.01, 0.0, 0.02, 0.01):
        timers.call_later(delay_s, lambda due=delay_s: fired.append((due, time.monotonic() - began_s)))  # type: ignore[misc]
    timers.call_later(0.04, last.set)
    await asyncio.wait_for(last.wait(), 5)
    assert [due for due, _ in fired] == [0.0, 0.01, 0.01, 0.02, 0.03]
    assert all(took_s >= due for due, took_s in fired)
    timers.close()


async def test_cancelled_timer_does_not_fire(kind: str) -> None:
    timers = Alarm()
    fired: list[int] = []
    timers.call_later(0.01, lambda: fired.append(1)).cancel()
    timers.call_later(0.02, lambda: fired.append(2))
    await asyncio.sleep(0.05)
    assert fired == [2]
    timers.close()


async def test_timer_may_set_another_and_close_the_alarm(kind: str) -> None:
    timers = Alarm()
    fired = asyncio.Event()
    timers.call_later(0.0, lambda: timers.call_later(0.0, fired.set))
    await asyncio.wait_for(fired.wait(), 5)
    closed = asyncio.Event()
    timers.call_later(0.0, lambda: (timers.close(), closed.set()))
    await asyncio.wait_for(closed.wait(), 5)
    timers.close()


async def test_callback_that_raises_leaves_the_others(kind: str) -> None:
    timers = Alarm()
    raised: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: raised.append(context["exception"]))
    fired = asyncio.Event()
    timers.call_later(0.0, lambda: 1 // 0)
    timers.call_later(0.001, fired.set)
    await asyncio.wait_for(fired.wait(), 5)
    assert [type(error) for error in raised] == [ZeroDivisionError]
    timers.close()
