"""Stops the scripts and timers of one page for a while, as the sleep of a laptop does: its process is stopped.

What came meanwhile is found in the browser's sockets, as when a machine wakes up before they have timed out.
Chromium's own lifecycle state *frozen* does not serve: it leaves a page's timers running that is to be seen
(measured in Chromium 150: none of them late).
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from playwright.async_api import Page

from lab.browser.engine import Unsupported

Freezer = Callable[[Page], AbstractAsyncContextManager[None]]
"""Freezes a page while it is entered."""

_BUSY_MS = 150
"""How long the page works at the first try; each further one takes that much longer."""
_WORK = "ms => { const end = performance.now() + ms; while (performance.now() < end); }"
_TRIES = 6
_SURE = 0.25
"""The share of the time in which the page works that its own process must have worked more than any other has.

Less than all of it: on a busy machine the process has to wait for a core.
"""


class Awake:
    """The clock of the pages of one browser, in seconds: it stands still while one of them is frozen.

    A frozen page answers nothing, and so may its neighbour in the same process.
    """

    def __init__(self) -> None:
        self._frozen_s = 0.0
        self._since: float | None = None

    def now(self) -> float:
        """What it shows."""
        time = asyncio.get_running_loop().time() if self._since is None else self._since
        return time - self._frozen_s

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it stand still."""
        loop = asyncio.get_running_loop()
        self._since = began = loop.time()
        try:
            yield
        finally:
            self._since = None
            self._frozen_s += loop.time() - began


def by_signal(pids: Callable[[], Sequence[int]]) -> Freezer:
    """Stop all of these processes: for a browser whose content processes belong to one page alone."""

    @contextlib.asynccontextmanager
    async def freezer(page: Page) -> AsyncIterator[None]:
        with _stopped(pids()):
            yield

    return freezer


def by_signal_to_the_busiest(pids: Callable[[], Sequence[int]]) -> Freezer:
    """Stop the one process that works when the page does: for a browser that runs the pages of others too."""

    @contextlib.asynccontextmanager
    async def freezer(page: Page) -> AsyncIterator[None]:
        for number in range(1, _TRIES + 1):
            before = {pid: cpu_ms(pid) for pid in pids()}
            await page.evaluate(_WORK, number * _BUSY_MS)
            worked = sorted(((cpu_ms(pid) - ms, pid) for pid, ms in before.items()), reverse=True)
            if worked and worked[0][0] - (worked[1][0] if len(worked) > 1 else 0) > number * _BUSY_MS * _SURE:
                break
        else:
            raise Unsupported(
                "The process of the page could not be told from the others.", remedy="Run the case alone (--jobs 1)."
            )
        with _stopped([worked[0][1]]):
            yield

    return freezer


def cpu_ms(pid: int) -> float:
    """What a process has worked until now; 0 where it is gone or the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _stopped(pids: Sequence[int]) -> Iterator[None]:
    if not pids:
        raise Unsupported("The process of the page cannot be found here.", remedy="Run this step on Linux.")
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
