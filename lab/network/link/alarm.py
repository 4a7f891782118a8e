"""Calls back at a time to a tenth of a millisecond or so.

An event loop on epoll sleeps in whole milliseconds, and so is up to one late each time. Linux has a clock that can be
waited for like a socket (timerfd); where there is none the loop's own timers serve.
"""

import asyncio
import contextlib
import ctypes
import heapq
import itertools
import os
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """What is to happen later."""

    def cancel(self) -> None:
        """Let it not happen."""


class _Timer:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class _Spec(ctypes.Structure):
    """struct itimerspec: no interval, and a time on the monotonic clock."""

    _fields_ = (("every", ctypes.c_long * 2), ("at", ctypes.c_long * 2))


class _Timerfd:
    """The kernel's timerfd; os has it from Python 3.13 on."""

    def __init__(self) -> None:
        """Make one.

        Raises:
            OSError: There is none to be had.
        """
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self.fd: int = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        except AttributeError as error:
            raise OSError(str(error)) from error
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def set(self, at_s: float) -> None:
        """Become readable at ``at_s`` of `time.monotonic`; at once where that is over."""
        spec = _Spec()
        # All zeros would switch it off.
        spec.at[:] = divmod(max(1, round(at_s * 1e9)), 10**9)
        self._libc.timerfd_settime(self.fd, 1, ctypes.byref(spec), None)  # 1: TFD_TIMER_ABSTIME


class Alarm:
    """The timers of one link. Made in a running loop, it is to be closed before that is."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, _Timer]] = []
        self._timerfd: _Timerfd | None = None
        with contextlib.suppress(OSError):
            self._timerfd = _Timerfd()
            self._loop.add_reader(self._timerfd.fd, self._fired)

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Have ``callback`` called in so long, not earlier; in the order in which they are due."""
        if self._timerfd is None:
            return self._loop.call_later(delay_s, callback)
        timer = _Timer(callback)
        at_s = time.monotonic() + delay_s
        heapq.heappush(self._waiting, (at_s, next(self._numbers), timer))
        if self._waiting[0][2] is timer:
            self._timerfd.set(at_s)
        return timer

    def close(self) -> None:
        """Call nobody any more."""
        self._waiting.clear()
        if self._timerfd is not None:
            self._loop.remove_reader(self._timerfd.fd)
            os.close(self._timerfd.fd)
            self._timerfd = None

    def _fired(self) -> None:
        assert self._timerfd is not None
        with contextlib.suppress(BlockingIOError):
            os.read(self._timerfd.fd, 8)
        try:
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                timer = heapq.heappop(self._waiting)[2]
                if timer.callback is not None:
                    timer.callback()
        finally:
            if self._waiting and self._timerfd is not None:
                self._timerfd.set(self._waiting[0][0])
