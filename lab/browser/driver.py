"""The one Playwright driver of an event loop, shared by all engines and ended with the last of them."""

import asyncio
import contextlib
import os
import shlex
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright._impl._driver import compute_driver_executable
from playwright._impl._transport import PipeTransport
from playwright.async_api import Error, Playwright, async_playwright

from lab.browser.engine import EngineFailure
from lab.tasks import end, spawn

_START_S = 30.0
_STOP_S = 5.0
_ASK_EVERY_S = 10.0
_ANSWER_S = 5.0
_NODE_OPTIONS = "--unhandled-rejections=none"
"""A page that goes while WebKit announces it makes the driver reject a promise that nobody awaits.

By default node ends the process for that, and with it every page of every engine; the lesser ``warn`` writes a stack
trace of the driver's into the console of whoever runs a case.
"""
_NODE = "PLAYWRIGHT_NODEJS_PATH"
"""Where Playwright takes its node from, in place of the one that it brings along."""


@dataclass
class _Shared:
    users: int = 0
    starting: asyncio.Task[Playwright] | None = None
    watching: asyncio.Task[None] | None = None
    replaced: bool = False
    """Whether an earlier driver has ended; there may still be engines that hold it."""
    folders: list[Path] = field(default_factory=list)
    """Where the drivers keep profiles: one whose browser was killed may leave them behind."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


async def acquire() -> Playwright:
    """The driver, started if need be; give it back with `release`. Raises `EngineFailure`."""
    shared = _by_loop.setdefault(asyncio.get_running_loop(), _Shared())
    async with shared.lock:
        if shared.starting is None or _is_dead(shared.starting):
            shared.replaced = shared.starting is not None
            await end(shared.watching)
            shared.folders.append(Path(tempfile.mkdtemp(prefix="sockjs-lab-driver-")))
            shared.starting = spawn(_start(shared.folders[-1]), name="start Playwright's driver")
            shared.watching = spawn(_watch(shared.starting), name="watch Playwright's driver")
        shared.users += 1
    try:
        # Not cancelled with us: a driver that is half started could not be ended any more.
        return await asyncio.wait_for(asyncio.shield(shared.starting), _START_S)
    except BaseException as error:
        await release()
        if isinstance(error, (Error, OSError, TimeoutError)):
            raise EngineFailure(
                f"Playwright's driver did not start: {str(error) or 'no answer'}",
                remedy="Install the lab's dependencies again.",
            ) from error
        raise


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
        starting, shared.starting = shared.starting, None
        if _by_loop.get(loop) is shared:
            del _by_loop[loop]
        await end(shared.watching)
        if starting is not None:
            # Without a driver there is nothing to end: it did not start, or died before.
            with contextlib.suppress(Error, OSError, TimeoutError):
                await _stop(await asyncio.wait_for(starting, _STOP_S))
        for folder in shared.folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def blamed(error: Exception) -> Exception:
    """The error; or `EngineFailure` where it came of the driver's own end, of which Playwright tells by any error."""
    shared = _by_loop.get(asyncio.get_running_loop())
    if isinstance(error, EngineFailure) or shared is None or shared.starting is None:
        return error
    # What raises no error of a class of its own is Playwright, whose connection is gone.
    if not _is_dead(shared.starting) and not (shared.replaced and type(error) is Exception):
        return error
    return EngineFailure(f"Playwright's driver has ended: {error}", remedy="Run it again; the lab starts a new one.")


def _is_dead(starting: asyncio.Task[Playwright]) -> bool:
    """Whether a driver was started and has ended by itself; those who hold it get errors, the next a new one."""
    if not starting.done() or starting.cancelled() or starting.exception() is not None:
        return False
    transport = _transport(starting.result())
    return transport.on_error_future.done() and transport.on_error_future.exception() is not None


def _transport(playwright: Playwright) -> PipeTransport:
    transport = playwright._impl_obj._connection._transport
    assert isinstance(transport, PipeTransport)
    return transport


async def _watch(starting: asyncio.Task[Playwright]) -> None:
    """Kill the driver once it hangs: who waits for an answer of it would wait for ever, even when cancelled."""
    await asyncio.wait({starting})
    while not starting.cancelled() and starting.exception() is None and not _is_dead(starting):
        await asyncio.sleep(_ASK_EVERY_S)
        asking = spawn(_answers(starting.result()), name="ask Playwright's driver")
        # In two parts: of a lab that was stopped itself the first is over as soon as it goes on.
        for _ in range(2):
            await asyncio.wait({asking}, timeout=_ANSWER_S)
        if not asking.done():
            _transport(starting.result())._proc.kill()
            await asyncio.wait({asking})


async def _answers(playwright: Playwright) -> bool:
    try:
        context = await playwright.request.new_context()
        await context.dispose()
    except Exception:  # a connection that is gone raises no error of a class of its own
        return False
    return True


async def _stop(playwright: Playwright) -> None:
    """End a driver; one that hangs is killed."""
    stopping = spawn(playwright.stop(), name="stop Playwright's driver")
    done, _ = await asyncio.wait({stopping}, timeout=_STOP_S)
    if not done:
        _transport(playwright)._proc.kill()
        await asyncio.wait({stopping}, timeout=_STOP_S)
    await end(stopping)


async def _start(folder: Path) -> Playwright:
    """Start the driver in a session of its own: Ctrl-C in the terminal is for the lab, which then ends it."""
    node, _ = compute_driver_executable()
    launcher = folder / "node"
    temporary = f"TMPDIR={shlex.quote(str(folder))}"
    launcher.write_text(f'#!/bin/sh\n{temporary} exec setsid {shlex.quote(node)} {_NODE_OPTIONS} "$@"\n')
    launcher.chmod(0o700)
    before = os.environ.get(_NODE)
    os.environ[_NODE] = str(launcher)
    try:
        return await async_playwright().start()
    finally:
        if before is None:
            del os.environ[_NODE]
        else:
            os.environ[_NODE] = before
