"""A throw-away home folder for one browser, and a mark by which its processes are known."""

import asyncio
import contextlib
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_MARK = "SOCKJS_LAB_HOME"
_GONE_WITHIN_S = 3.0


class Home:
    """Where one browser keeps its files, so that nothing of the user's is read and nothing stays.

    Its path is also in the environment of the browser's processes: `pids` finds by it what is still
    running, whoever started it (Playwright does not tell the browser's process id).
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="sockjs-lab-"))
        # Temporary files lie at the top: browsers make sockets there, whose paths have 108 characters at most.
        folders = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
        folders |= {"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"}
        for folder in folders.values():
            (self.path / folder).mkdir(mode=0o700)
        own = {name: str(self.path / folder) for name, folder in folders.items()}
        path = str(self.path)
        self._held: dict[int, int] = {}
        """Process id to a descriptor of the process, which no later one with its number is taken for."""
        self.env: dict[str, str | float | bool] = {**os.environ, "HOME": path, "TMPDIR": path, _MARK: path, **own}
        """The environment for the browser: the lab's own, moved into this folder."""

    def pids(self, *, named: str | None = None) -> list[int]:
        """The ids of the living processes that carry this home's mark (none where there is no /proc).

        ``named`` asks for those whose name (``/proc/PID/comm``) is that.
        """
        wanted = f"{_MARK}={self.path}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                marked = wanted in (folder / "environ").read_bytes().split(b"\0")
                fits = named is None or (folder / "comm").read_text().strip() == named
            except OSError:
                continue  # It ended meanwhile, or belongs to another user.
            if marked and fits:
                found.append(int(folder.name))
        return sorted(found)

    def family(self) -> list[int]:
        """As `pids`, with all that they have started: Chromium's renderers write over their environment."""
        parents: dict[int, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        found = set(self.pids())
        while fresh := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
            found |= fresh
        return sorted(found)

    def hold(self) -> None:
        """Keep hold of the family as it is now, for `kill`.

        What is stopped does not notice that its parent ends, and afterwards nothing tells whose it was.
        """
        for pid in self.family():
            if pid not in self._held and hasattr(os, "pidfd_open"):
                with contextlib.suppress(OSError):  # It ended meanwhile.
                    self._held[pid] = os.pidfd_open(pid)

    def kill(self) -> None:
        """Kill the family, and what was held of it, also what is stopped or hangs."""
        for descriptor in self._held.values():
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        for pid in self.family():
            _kill(pid)

    def _is_over(self) -> bool:
        """Whether all that was held has ended: what is being killed loses its mark before it does."""
        poll = select.poll()
        for descriptor in self._held.values():
            # A process's descriptor becomes readable when the process ends.
            poll.register(descriptor, select.POLLIN)
        return len(poll.poll(0)) == len(self._held)

    async def remove(self) -> None:
        """End what still runs from this home and remove its files; never raises."""
        deadline = time.monotonic() + _GONE_WITHIN_S
        self.hold()
        self.kill()
        while (self.pids() or not self._is_over()) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            self.kill()
        held, self._held = self._held, {}
        for descriptor in held.values():
            os.close(descriptor)
        await asyncio.to_thread(shutil.rmtree, self.path, ignore_errors=True)


class ProcessWatch:
    """Calls back when one of some processes ends, without asking time and again (Linux; elsewhere never)."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended
        self._descriptors: dict[int, int] = {}

    def add(self, pid: int) -> None:
        """Watch ``pid`` too."""
        if pid in self._descriptors or not hasattr(os, "pidfd_open"):
            return
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:
            return  # It ended meanwhile.
        self._descriptors[pid] = descriptor
        # A process's descriptor becomes readable when the process ends.
        asyncio.get_running_loop().add_reader(descriptor, self._end, pid)

    def stop(self) -> None:
        """Watch no more."""
        for pid in list(self._descriptors):
            self._forget(pid)

    def _forget(self, pid: int) -> None:
        descriptor = self._descriptors.pop(pid)
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)

    def _end(self, pid: int) -> None:
        self._forget(pid)
        self._ended()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return  # It ended by itself.
