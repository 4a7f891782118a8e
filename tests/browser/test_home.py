import asyncio
import os
import signal
import sys

import pytest

from lab.browser.home import Home, ProcessWatch
from tests.browser.kit import is_alive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

FOREVER = "import time; print('up', flush=True); time.sleep(600)"


async def start(home: Home | None) -> asyncio.subprocess.Process:
    env = {name: str(value) for name, value in home.env.items()} if home else None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOREVER, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def gone(pid: int) -> bool:
    """Whether a process ends soon."""
    for _ in range(500):
        if not is_alive(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def stop(process: asyncio.subprocess.Process) -> None:
    if is_alive(process.pid):
        process.kill()
    await process.communicate()


async def test_home_knows_its_own_processes_only() -> None:
    home, other = Home(), Home()
    processes = [await start(home), await start(other), await start(None)]
    try:
        assert home.pids() == [processes[0].pid]
        assert home.pids(named="no such name") == []
    finally:
        for process in processes:
            await stop(process)
        await home.remove()
        await other.remove()


async def test_remove_ends_the_processes_and_deletes_the_files() -> None:
    home = Home()
    (home.path / "data" / "cookie").write_text("x")
    own, other = await start(home), await start(None)
    try:
        await home.remove()
        assert not is_alive(own.pid)
        assert is_alive(other.pid)
        assert not home.path.exists()
    finally:
        await stop(own)
        await stop(other)


async def test_remove_does_nothing_the_second_time() -> None:
    home = Home()
    await home.remove()
    await home.remove()


async def test_home_moves_every_folder_of_the_user() -> None:
    home = Home()
    try:
        for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
            assert str(home.env[name]).startswith(str(home.path))
    finally:
        await home.remove()


async def test_watch_tells_the_end_of_a_process() -> None:
    ended = asyncio.Event()
    watch = ProcessWatch(ended.set)
    process = await start(None)
    watch.add(process.pid)
    watch.add(process.pid)
    assert not ended.is_set()
    await stop(process)
    await asyncio.wait_for(ended.wait(), 5)
    watch.stop()


async def test_stopped_watch_tells_nothing() -> None:
    ended = asyncio.Event()
    watch = ProcessWatch(ended.set)
    process = await start(None)
    watch.add(process.pid)
    watch.stop()
    await stop(process)
    assert not ended.is_set()


async def start_with_child(home: Home) -> asyncio.subprocess.Process:
    """A process of the home whose child has none of its environment."""
    parent = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', %r], env={}); time.sleep(600)"
    env = {name: str(value) for name, value in home.env.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent % FOREVER, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()  # The child's: it has the same stdout.
    return process


async def test_family_holds_what_hides_its_environment() -> None:
    home = Home()
    process = await start_with_child(home)
    try:
        assert home.pids() == [process.pid]
        [hidden] = set(home.family()) - {process.pid}
        os.kill(hidden, signal.SIGKILL)
    finally:
        await stop(process)
        await home.remove()


async def test_remove_ends_the_stopped_child_of_a_parent_that_has_ended() -> None:
    home = Home()
    process = await start_with_child(home)
    [hidden] = set(home.family()) - {process.pid}
    os.kill(hidden, signal.SIGSTOP)
    try:
        home.hold()
        process.kill()
        assert await gone(process.pid)
        assert home.family() == [] and is_alive(hidden)
        await home.remove()
        assert await gone(hidden)
    finally:
        if is_alive(hidden):
            os.kill(hidden, signal.SIGKILL)
        await stop(process)


async def test_kill_ends_the_whole_family_also_what_is_stopped() -> None:
    home = Home()
    process = await start_with_child(home)
    [hidden] = set(home.family()) - {process.pid}
    try:
        for pid in (process.pid, hidden):
            os.kill(pid, signal.SIGSTOP)
        home.kill()
        assert await gone(process.pid) and await gone(hidden)
    finally:
        await stop(process)
        await home.remove()
