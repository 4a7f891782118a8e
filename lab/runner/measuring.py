"""The machine's measuring lock, and the record of how much of the machine was left while it was held.

What the lab measures is time, and a busy machine can flip a verdict by itself: with four Chromium contexts
connecting at once behind one proxy, three different transports were seen to win. So one case at a time
measures, over all the labs that run on the machine; all else (starting engines, loading pages, idling) overlaps.
"""

import asyncio
import contextlib
import fcntl
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

from lab import cache
from lab.events import EventLog
from lab.tasks import end, spawn

TICK_S = 0.010
"""How often the lab looks whether its own timers fire in time."""
REPORT_S = 0.100
LATE_MS = 20.0
"""Lateness below this is not an event of its own: the event loop's usual grain is a few milliseconds."""
FILE_POLL_S = 0.020

PRESSURE = Path("/proc/pressure/cpu")
_TOTAL = re.compile(r"^some .*total=(\d+)", re.MULTILINE)


def cpu_stall_us(source: Path = PRESSURE) -> int | None:
    """Microseconds, since boot, in which some process waited for a core; None where Linux does not say.

    This is the ``total`` of the ``some`` line of pressure-stall information
    (https://docs.kernel.org/accounting/psi.html).
    """
    try:
        match = _TOTAL.search(source.read_text())
    except OSError:
        return None
    return int(match[1]) if match else None


class MeasuringLock:
    """Held by the one case that measures: among this run's cases, and among all the labs of this machine."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache.folder("locks") / "measuring"
        self._here = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def held(self, log: EventLog) -> AsyncIterator[None]:
        """Hold the lock, and record at vantage ``lab`` how late timers fire while it is held."""
        emit = log.bind("lab")
        began = time.monotonic()
        async with self._here:
            with self._path.open("a") as file:
                # flock in this process would block the loop, and a thread that waits cannot be cancelled.
                while not _try_lock(file.fileno()):  # noqa: ASYNC110 # another process holds it
                    await asyncio.sleep(FILE_POLL_S)
                emit("lock", waited_ms=round((time.monotonic() - began) * 1000, 3))
                watch = spawn(_watch(log), name="head-room")
                try:
                    yield
                finally:
                    await end(watch)
                    emit("unlock")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _watch(log: EventLog) -> None:
    """Emit ``late``, ``head_room`` and ``pressure`` until cancelled; the last two once more at the end."""
    emit = log.bind("lab")
    worst = 0.0
    stalled = cpu_stall_us()

    def report() -> None:
        nonlocal worst, stalled
        emit("head_room", late_ms=round(worst, 3))
        worst = 0.0
        now = cpu_stall_us()
        if now is not None and stalled is not None:
            emit("pressure", stall_ms=(now - stalled) / 1000)
        stalled = now

    next_report = time.perf_counter() + REPORT_S
    try:
        while True:
            due = time.perf_counter() + TICK_S
            await asyncio.sleep(TICK_S)
            late_ms = (time.perf_counter() - due) * 1000
            worst = max(worst, late_ms)
            if late_ms >= LATE_MS:
                emit("late", late_ms=round(late_ms, 3))
            if due >= next_report:
                report()
                next_report = due + REPORT_S
    finally:
        report()


class Places:
    """The places for cases that may be under way at once, and a way to have the machine for oneself."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._free = count
        self._wanting_all = 0
        self._changed = asyncio.Condition()
        self._alone = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold one place; whoever wants all of them goes first, or it would wait for ever."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free and not self._wanting_all)
            self._free -= 1
        try:
            yield
        finally:
            await self._give_back(1)

    @contextlib.asynccontextmanager
    async def all(self) -> AsyncIterator[None]:
        """Hold all the places: no other case is under way."""
        async with self._alone:
            async with self._changed:
                self._wanting_all += 1
                try:
                    await self._changed.wait_for(lambda: self._free == self._count)
                finally:
                    self._wanting_all -= 1
                self._free = 0
            try:
                yield
            finally:
                await self._give_back(self._count)

    async def _give_back(self, count: int) -> None:
        async with self._changed:
            self._free += count
            self._changed.notify_all()
