import asyncio
import time
from pathlib import Path

from lab.events import EventLog
from lab.runner.measuring import MeasuringLock, Places, cpu_stall_us
from lab.tasks import spawn


async def test_lock_lets_one_case_measure_at_a_time(tmp_path: Path) -> None:
    # Two locks on one file stand for two labs on one machine.
    locks = [MeasuringLock(tmp_path / "lock"), MeasuringLock(tmp_path / "lock")]
    inside = most = 0

    async def measure(lock: MeasuringLock) -> None:
        nonlocal inside, most
        async with lock.held(EventLog()):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(measure(lock) for lock in locks * 4))
    assert most == 1


async def test_lock_is_free_again_after_a_failure(tmp_path: Path) -> None:
    lock = MeasuringLock(tmp_path / "lock")
    try:
        async with lock.held(EventLog()):
            raise ValueError
    except ValueError:
        pass
    async with asyncio.timeout(5), lock.held(EventLog()):
        pass


async def test_lock_records_a_loop_that_was_blocked(tmp_path: Path) -> None:
    log = EventLog()
    async with MeasuringLock(tmp_path / "lock").held(log):
        await asyncio.sleep(0)
        time.sleep(0.08)  # noqa: ASYNC251 # blocking the loop is what is tested
        await log.wait_for(lambda event: event.kind == "late", timeout_s=5)
    kinds = [event.kind for event in log]
    assert kinds[0] == "lock" and kinds[-1] == "unlock"
    assert max(event.data["late_ms"] for event in log if event.kind == "late") >= 40
    assert any(event.kind == "head_room" and event.data["late_ms"] >= 40 for event in log)


def test_cpu_stall_reads_the_total_of_some(tmp_path: Path) -> None:
    source = tmp_path / "cpu"
    source.write_text("some avg10=0.00 avg60=0.12 avg300=1.47 total=14209526\nfull avg10=0.00 total=7\n")
    assert cpu_stall_us(source) == 14209526


def test_cpu_stall_is_unknown_where_the_kernel_does_not_say(tmp_path: Path) -> None:
    assert cpu_stall_us(tmp_path / "missing") is None


async def test_places_let_so_many_cases_in_and_no_more() -> None:
    places, inside, most = Places(2), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with places.one():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(8)))
    assert most == 2


async def test_whoever_wants_the_machine_alone_is_not_starved() -> None:
    places, order = Places(2), []

    async def keep_busy(stop: asyncio.Event) -> None:
        while not stop.is_set():
            async with places.one():
                await asyncio.sleep(0)

    stop = asyncio.Event()
    busy = [spawn(keep_busy(stop), name="busy") for _ in range(2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5), places.all():
        order.append("alone")
    stop.set()
    await asyncio.gather(*busy)
    assert order == ["alone"]


async def test_places_are_given_back_when_a_waiter_is_cancelled() -> None:
    places = Places(1)
    async with places.one():
        waiting = spawn(places.all().__aenter__(), name="waiting")
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), places.one():
        pass
