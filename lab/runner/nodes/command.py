"""A program that is started as the server: any implementation of SockJS, in any language."""

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import aiohttp

from lab import peers
from lab.errors import EnvironmentFailure, LabError, UsageError
from lab.runner.nodes import How
from lab.tasks import end, spawn

_ASK_S = 0.05
_END_S = 2.0
"""How long a program has to end after SIGTERM, before it is killed."""

_INSTALLED: Mapping[str, Callable[[], Path]] = {
    "{sockjs-node}": peers.node,
    "{sockjs-tornado}": lambda: peers.python("tornado"),
}
"""What a command may name that the lab installs, where it names it."""


async def filled(command: Sequence[str], port: int, node: str = "server") -> list[str]:
    """The command with what stands in braces filled in.

    Raises:
        EnvironmentFailure: What it names cannot be installed.
    """
    plain = {"{port}": str(port), "{node}": node, "{python}": sys.executable}
    words = list(command)
    for name, text in plain.items():
        words = [word.replace(name, text) for word in words]
    for name, install in _INSTALLED.items():
        if any(name in word for word in words):
            path = str(await asyncio.to_thread(install))
            words = [word.replace(name, path) for word in words]
    return words


def _nobody(error: LabError) -> None:
    """Whom a node tells of its end where nobody listens."""


class CommandNode:
    """A program that is a server."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready: str,
        cwd: Path,
        within_s: float,
        output: Path,
        fixed_port: int | None = None,
        name: str = "server",
        died: Callable[[LabError], None] = _nobody,
    ) -> None:
        """A program that does not run yet.

        Args:
            command: It and its arguments; ``{port}`` stands for the port that it is to listen on.
            ready: The URL, with ``{port}``, that it answers once it is up.
            cwd: The folder that it runs in.
            within_s: How long that may take.
            output: The file that its output is appended to.
            fixed_port: Where it listens whatever it is told; None where it is told a free port.
            name: What its node is called.
            died: Is told once it ends while nobody has stopped it.
        """
        self.port = fixed_port or 0
        self._command = command
        self._ready = ready
        self._cwd = cwd
        self._within_s = within_s
        self._output = output
        self._name = name
        self._died = died
        self._words: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, in a session of its own, and wait until it answers.

        Raises:
            UsageError: There is no such program, or no such folder.
            EnvironmentFailure: Its port is taken, it ended, or it does not answer in time.
        """
        if not self._cwd.is_dir():
            raise UsageError(
                f"the server's command cannot be started: its folder (cwd) {self._cwd} is not there",
                remedy="Give a folder that is there; a relative path begins in the scenario's folder.",
            )
        self.port = self.port or _free_port()
        if await _listens(self.port):
            raise EnvironmentFailure(
                f"the port {self.port} of the server is taken: another program listens there already",
                remedy="End that program; or let the command take {port}, which stands for a free one.",
            )
        words = self._words = await filled(self._command, self.port, self._name)
        with self._output.open("ab") as output:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *words,
                    cwd=self._cwd,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                raise UsageError(
                    f"the server's command cannot be started: {words[0]}: {error.strerror or error}",
                    remedy="Give a program that is installed here, or a path that begins in the scenario's folder.",
                ) from None
        try:
            await self._until_ready(self._ready.replace("{port}", str(self.port)))
        except BaseException:
            await self._end(signal.SIGKILL)
            raise
        self._watch = spawn(self._wait(self._process), name=f"watch {self._name}")

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        """Tell of its end, unless somebody has brought that about."""
        await process.wait()
        if self._process is process:
            how = _ending(process.returncode)
            self._died(self._failure(f"ended by itself {how}"))

    async def stop(self, how: How = "gracefully") -> None:
        """End the program, and all that it has started."""
        await self._end(signal.SIGKILL if how == "killed" else signal.SIGTERM)

    async def leave(self) -> None:
        """Nothing more is there to end."""

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def sessions(self) -> Iterable[object]:
        """None that the lab knows of."""
        return ()

    async def _until_ready(self, url: str) -> None:
        process = self._process
        assert process is not None
        deadline = asyncio.get_running_loop().time() + self._within_s
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2.0)) as client:
            # Its end is looked at first: what answers then is not this program.
            while process.returncode is not None or (status := await _status(client, url)) is None or status >= 500:
                if process.returncode is not None:
                    raise self._failure(f"did not start: it ended {_ending(process.returncode)}")
                if asyncio.get_running_loop().time() > deadline:
                    what = f"answered {status}" if status is not None else "was not answered"
                    raise self._failure(f"did not start: {url} {what} within {self._within_s:g} s")
                await asyncio.sleep(_ASK_S)

    def _failure(self, what: str) -> LabError:
        lines = self._output.read_text(errors="replace").strip().splitlines()
        said = f'; it said last: "{lines[-1][:200]}"' if lines else ""
        return EnvironmentFailure(
            f"the server ({shlex.join(self._words)}) {what}{said}",
            remedy=f"Its output is in {self._output.name}, among the case's files.",
        )

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        watch, self._watch = self._watch, None
        if process is None:
            return
        for which in dict.fromkeys((how, signal.SIGKILL)):
            # Its session, by its own id: what it has started ends with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, which)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_S)
        await process.wait()
        if watch is not None:
            await end(watch)


def _ending(status: int | None) -> str:
    """How a process ended: ``with status 1``, or ``by SIGKILL``."""
    return f"by {signal.Signals(-status).name}" if status is not None and status < 0 else f"with status {status}"


async def _status(client: aiohttp.ClientSession, url: str) -> int | None:
    """What the URL is answered with; None where it is not."""
    try:
        async with client.get(url, allow_redirects=False, ssl=False) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port
