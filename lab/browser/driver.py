"""The one Playwright driver of an event loop, shared by all engines and ended with the last of them."""

import asyncio
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from playwright.async_api import Error, Playwright, async_playwright

from lab.browser.engine import EngineFailure

_START_S = 30.0
_STOP_S = 5.0


@dataclass
class _Shared:
    users: int = 0
    playwright: Playwright | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


async def acquire() -> Playwright:
    """The driver, started if need be; give it back with `release`. Raises `EngineFailure`."""
    loop = asyncio.get_running_loop()
    shared = _by_loop.setdefault(loop, _Shared())
    async with shared.lock:
        if shared.playwright is None:
            try:
                shared.playwright = await asyncio.wait_for(async_playwright().start(), _START_S)
            except (Error, OSError, TimeoutError) as error:
                raise EngineFailure(
                    f"Playwright's driver did not start: {str(error) or 'no answer'}",
                    remedy="Install the lab's dependencies again.",
                ) from error
        shared.users += 1
        return shared.playwright


async def release() -> None:
    """Give back what `acquire` gave; the last one ends the driver. Never raises."""
    loop = asyncio.get_running_loop()
    shared = _by_loop.get(loop)
    if shared is None or shared.users == 0:
        return
    async with shared.lock:
        shared.users -= 1
        if shared.users > 0:
            return
        playwright, shared.playwright = shared.playwright, None
        if _by_loop.get(loop) is shared:
            del _by_loop[loop]
        if playwright is not None:
            try:
                await asyncio.wait_for(playwright.stop(), _STOP_S)
            except (Error, OSError, TimeoutError):
                return  # The driver died before; its process is gone already.
