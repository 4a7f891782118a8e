import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from playwright.async_api import Page

from lab.browser.engine import Unsupported
from lab.browser.freeze import by_signal, by_signal_to_the_busiest, cpu_ms

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

WORKER = """
import sys, time
for line in sys.stdin:
    end = time.perf_counter() + float(line)
    while time.perf_counter() < end:
        pass
    print("done", flush=True)
"""


class Worker:
    """A process that works when it is told to, and stands for a page."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def evaluate(self, script: str, argument: Any = None) -> None:
        await self.work(0.3)

    async def work(self, seconds: float) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{seconds}\n".encode())
        assert await self.process.stdout.readline() == b"done\n"

    @property
    def state(self) -> str:
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[list[Worker]]:
    made = [
        Worker(
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", WORKER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        )
        for _ in range(2)
    ]
    for worker in made:
        await worker.work(0)
    yield made
    for worker in made:
        worker.process.kill()
        await worker.process.communicate()


async def states(workers: list[Worker]) -> list[str]:
    """The states once a signal has had its effect, for which the kernel takes a moment."""
    for _ in range(100):
        if "T" in (seen := [worker.state for worker in workers]):
            await asyncio.sleep(0.05)
            return [worker.state for worker in workers]
        await asyncio.sleep(0.05)
    return seen


def page(worker: Worker) -> Page:
    return cast(Page, worker)


async def test_by_signal_stops_its_processes_and_lets_them_go_on(workers: list[Worker]) -> None:
    async with by_signal(lambda: [worker.process.pid for worker in workers])(page(workers[0])):
        assert await states(workers) == ["T", "T"]
    await asyncio.wait_for(workers[0].work(0), 10)


async def test_by_signal_says_where_it_finds_no_process(workers: list[Worker]) -> None:
    with pytest.raises(Unsupported):
        async with by_signal(lambda: [])(page(workers[0])):
            pass


async def test_busiest_stops_the_process_of_the_page_alone(workers: list[Worker]) -> None:
    pids = [worker.process.pid for worker in workers]
    async with by_signal_to_the_busiest(lambda: pids)(page(workers[1])):
        assert [state == "T" for state in await states(workers)] == [False, True]
    await asyncio.wait_for(workers[1].work(0), 10)


async def test_busiest_stops_nobody_where_two_are_busy(workers: list[Worker]) -> None:
    class Both(Worker):
        async def evaluate(self, script: str, argument: Any = None) -> None:
            await asyncio.gather(*(worker.work(0.3) for worker in workers))

    with pytest.raises(Unsupported, match="could not be told"):
        async with by_signal_to_the_busiest(lambda: [worker.process.pid for worker in workers])(
            page(Both(workers[0].process))
        ):
            pass
    assert "T" not in [worker.state for worker in workers]


async def test_a_frozen_process_goes_on_where_the_case_fails(workers: list[Worker]) -> None:
    with pytest.raises(RuntimeError):
        async with by_signal(lambda: [workers[0].process.pid])(page(workers[0])):
            raise RuntimeError
    await asyncio.wait_for(workers[0].work(0), 10)


def test_cpu_of_a_process_that_is_gone_is_none() -> None:
    assert cpu_ms(2**22 + 1) == 0.0
