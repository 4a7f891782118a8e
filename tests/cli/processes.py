"""A lab that runs while the test looks: its output as it comes, its browsers, its end."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.cli.kit import LAB, ROOT, environment

PATIENCE_S = 60.0
_MARK = b"SOCKJS_LAB_HOME="


class Running:
    """A lab in a session of its own, so that a signal to its group is what Ctrl-C in a terminal is."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.out = ""

    def until(self, wanted: str) -> str:
        """Read its output up to a line that has ``wanted``; returns the line."""
        deadline = time.monotonic() + PATIENCE_S
        assert self.process.stdout is not None
        while not any(wanted in line for line in self.out.splitlines()[: self.out.count("\n")]):
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert data, f"no {wanted!r} in {self.out!r}"
            self.out += data.decode()
        return next(line for line in self.out.splitlines() if wanted in line)

    def so_far(self) -> str:
        """Its output as far as it has come."""
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 0)[0]:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.out += data.decode()
        return self.out

    def interrupt(self) -> None:
        """What a terminal does at Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """Its exit status, once it has ended by itself."""
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        self.out += out.decode()
        return self.process.returncode


@contextlib.contextmanager
def running(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """``lab WORDS`` while the test runs; ended for certain afterwards."""
    process = subprocess.Popen(
        [*LAB, *map(str, words)],
        cwd=cwd or ROOT,
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # pytest itself may run in the background, where a shell makes its children ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def marked(temporary: Path) -> dict[int, str]:
    """The living processes of browsers whose home lies in ``temporary``: process id to name."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _MARK + os.fsencode(temporary) in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "comm").read_text().strip()
    return found


def descendants(pid: int) -> list[int]:
    """The processes below ``pid``, each after its parent."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    below, found = [pid], []
    while below:
        found += (new := children.get(below.pop(0), []))
        below += new
    return found


def eventually(holds: Callable[[], object], within_s: float = 15.0) -> bool:
    """Whether it holds, now or soon: the kernel tells nobody when a process of another is gone."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
