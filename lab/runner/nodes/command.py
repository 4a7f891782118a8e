"""A program that is started as the server: any implementation of SockJS, in any language."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import aiohttp

from lab import peers
from lab.errors import EnvironmentFailure, LabError, UsageError
from lab.runner.nodes import How

_ASK_S = 0.05
_END_S = 2.0
"""How long a program has to end after SIGTERM, before it is killed."""

_INSTALLED: Mapping[str, Callable[[], Path]] = {
    "{sockjs-node}": peers.node,
    "{sockjs-tornado}": lambda: peers.python("tornado"),
}
"""What a command may name that the lab installs, where it names it."""


async def filled(command: Sequence[str], port: int) -> list[str]:
    """The command with what stands in braces filled in.

    Raises:
        EnvironmentFailure: What it names cannot be installed.
    """
    words = [word.replace("{port}", str(port)).replace("{python}", sys.executable) for word in command]
    for name, install in _INSTALLED.items():
        if any(name in word for word in words):
            path = str(await asyncio.to_thread(install))
            words = [word.replace(name, path) for word in words]
    return words


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
    ) -> None:
        """A program that does not run yet.

        Args:
            command: It and its arguments; ``{port}`` stands for the port that it is to listen on.
            ready: The URL, with ``{port}``, that it answers once it is up.
            cwd: The folder that it runs in.
            within_s: How long that may take.
            output: The file that its output is appended to.
        """
        self.port = 0
        self._command = command
        self._ready = ready
        self._cwd = cwd
        self._within_s = within_s
        self._output = output
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, in a session of its own, and wait until it answers.

        Raises:
            UsageError: There is no such program.
            EnvironmentFailure: It ended, or does not answer in time.
        """
        self.port = self.port or _free_port()
        words = await filled(self._command, self.port)
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
            while not await _answers(client, url):
                if process.returncode is not None:
                    raise self._failure(f"it ended with status {process.returncode}")
                if asyncio.get_running_loop().time() > deadline:
                    raise self._failure(f"{url} was not answered within {self._within_s:g} s")
                await asyncio.sleep(_ASK_S)

    def _failure(self, what: str) -> LabError:
        lines = self._output.read_text(errors="replace").strip().splitlines()
        said = f'; it said last: "{lines[-1][:200]}"' if lines else ""
        return EnvironmentFailure(
            f"the server {self._command[0]} did not start: {what}{said}",
            remedy=f"Its output is in {self._output.name}, among the case's files.",
        )

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for which in dict.fromkeys((how, signal.SIGKILL)):
            # Its session, by its own id: what it has started ends with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, which)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_S)
        await process.wait()


async def _answers(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url, allow_redirects=False, ssl=False) as answer:
            return answer.status < 500
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port
