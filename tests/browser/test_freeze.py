import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from playwright.async_api import Page

from lab.browser import freeze
from lab.browser.engine import Unsupported
from lab.browser.freeze import Awake, by_signal, by_signal_to_the_busiest, cpu_ms

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

WORKER = "import sys\nfor line in sys.stdin: print('done', flush=True)"


class Worker:
    """A process that answers while it is not stopped."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def answer(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(b"\n")
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
        await worker.answer()
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


class Work:
    """A page whose work is what each process is then seen to have done, in ms."""

    def __init__(self, workers: list[Worker], done_ms: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        self.pids = [worker.process.pid for worker in workers]
        self._done_ms = dict(zip(self.pids, done_ms, strict=True))
        self._spent_ms = dict.fromkeys(self.pids, 100.0)
        monkeypatch.setattr(freeze, "cpu_ms", self._spent_ms.__getitem__)

    async def evaluate(self, script: str, argument: object = None) -> None:
        for pid, ms in self._done_ms.items():
            self._spent_ms[pid] += ms

    @property
    def page(self) -> Page:
        return cast(Page, self)


NO_PAGE = cast(Page, None)


async def test_by_signal_stops_its_processes_and_lets_them_go_on(workers: list[Worker]) -> None:
    async with by_signal(lambda: [worker.process.pid for worker in workers])(NO_PAGE):
        assert await states(workers) == ["T", "T"]
    await asyncio.wait_for(workers[0].answer(), 10)


async def test_by_signal_says_where_it_finds_no_process(workers: list[Worker]) -> None:
    with pytest.raises(Unsupported):
        async with by_signal(lambda: [])(NO_PAGE):
            pass


async def test_busiest_stops_the_process_of_the_page_alone(
    workers: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(workers, [20, 140], monkeypatch)
    async with by_signal_to_the_busiest(lambda: work.pids)(work.page):
        assert [state == "T" for state in await states(workers)] == [False, True]
    await asyncio.wait_for(workers[1].answer(), 10)


@pytest.mark.parametrize("done_ms", [[140, 130], [0, 0]])
async def test_busiest_stops_nobody_where_none_stands_out(
    workers: list[Worker], done_ms: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(workers, done_ms, monkeypatch)
    with pytest.raises(Unsupported, match="could not be told"):
        async with by_signal_to_the_busiest(lambda: work.pids)(work.page):
            pass
    await asyncio.wait_for(workers[0].answer(), 10)


async def test_a_frozen_process_goes_on_where_the_case_fails(workers: list[Worker]) -> None:
    with pytest.raises(RuntimeError):
        async with by_signal(lambda: [workers[0].process.pid])(NO_PAGE):
            raise RuntimeError
    await asyncio.wait_for(workers[0].answer(), 10)


async def test_clock_stands_still_while_a_page_is_frozen() -> None:
    clock = Awake()
    before = clock.now()
    with clock.stopped():
        frozen = clock.now()
        await asyncio.sleep(0.05)
        assert clock.now() == frozen
    after = clock.now()
    assert before <= frozen <= after < frozen + 0.05
    await asyncio.sleep(0.01)
    assert clock.now() > after


def test_cpu_of_a_process_counts_what_it_works() -> None:
    before = cpu_ms(os.getpid())
    while cpu_ms(os.getpid()) < before + 50:
        pass


def test_cpu_of_a_process_that_is_gone_is_none() -> None:
    assert cpu_ms(2**22 + 1) == 0.0
