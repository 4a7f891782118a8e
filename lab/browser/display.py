"""The X display of browsers that need one where there is none: one Xvfb, shared and ended with its last user."""

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from lab.browser.engine import EngineFailure

_START_S = 15.0
_STOP_S = 3.0
_SCREEN = "1280x800x24"


@dataclass
class _Shared:
    users: int = 0
    process: Process | None = None
    name: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


def of_the_user() -> bool:
    """Whether the user has a display of their own."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def acquire() -> str:
    """The name (``:1``) of an Xvfb of the lab's own; give it back with `release`. Raises `EngineFailure`."""
    shared = _by_loop.setdefault(asyncio.get_running_loop(), _Shared())
    async with shared.lock:
        if shared.process is None or shared.process.returncode is not None:
            shared.process, shared.name = await _start()
        shared.users += 1
        return shared.name


async def release() -> None:
    """Give back what `acquire` gave; the last one ends the Xvfb. Never raises."""
    loop = asyncio.get_running_loop()
    shared = _by_loop.get(loop)
    if shared is None or shared.users == 0:
        return
    async with shared.lock:
        shared.users -= 1
        if shared.users > 0:
            return
        if _by_loop.get(loop) is shared:
            del _by_loop[loop]
        if shared.process is not None:
            await stop_process(shared.process)


async def stop_process(process: Process) -> None:
    """End a process of the lab's own: asked first, killed after 3 s."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def dies_with_the_lab() -> list[str]:
    """What to put before a command so that a killed lab leaves no process (Linux with util-linux, else nothing)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


async def _start() -> tuple[Process, str]:
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        raise EngineFailure(
            "Xvfb is not installed, and this browser needs a display.", remedy="Run: lab install webkit"
        )
    reading, writing = os.pipe()
    try:
        # Xvfb picks a free display itself and writes its number: no race for one.
        process = await asyncio.create_subprocess_exec(
            *(*dies_with_the_lab(), xvfb, "-displayfd", str(writing), "-screen", "0", _SCREEN),
            *("-nolisten", "tcp", "-noreset"),
            pass_fds=[writing],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for the lab, which then ends it in order.
        )
    except OSError as error:
        os.close(reading)
        raise EngineFailure(f"Xvfb did not start: {error.strerror}.") from error
    finally:
        os.close(writing)
    try:
        number = await asyncio.wait_for(_read_line(reading), _START_S)
    except BaseException as error:
        await stop_process(process)
        if isinstance(error, TimeoutError):
            raise EngineFailure(f"Xvfb did not start within {_START_S:g} s.") from error
        raise
    if not number.isdigit():
        await stop_process(process)
        raise EngineFailure("Xvfb found no free display.")
    return process, f":{number}"


async def _read_line(descriptor: int) -> str:
    """What comes before the first newline or the end; closes ``descriptor``."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    try:
        return (await reader.readline()).decode("ascii", "replace").strip()
    finally:
        transport.close()
