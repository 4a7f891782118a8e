"""Leads what goes to one port through a proxy that listens on another, as a transparent proxy is put in place.

This is done by a rule of Linux's packet filter (the REDIRECT target of iptables), which needs its rights and the
program. The port that is led elsewhere is a free one, held for as long as the rule is there, so that nothing else on
the machine is touched.
"""

import asyncio
import os
import re
import shutil
import socket
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from typing import Any

from lab.errors import EnvironmentFailure
from lab.network.host import Proxy

_PROGRAMS = ("iptables", "iptables-legacy", "iptables-nft")
_COMMENT = "sockjs-lab"
_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"


def program() -> str:
    """The program that sets rules.

    Raises:
        EnvironmentFailure: There is none.
    """
    path = f"{os.environ.get('PATH', '')}:{_FOLDERS}"
    for name in _PROGRAMS:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise EnvironmentFailure(
        "a transparent proxy needs iptables, and this machine has none",
        remedy="Install it (Debian: apt-get install iptables), or use proxy: reverse in its place.",
    )


def rule(entrance: int, port: int) -> list[str]:
    """The rule that leads connections to ``entrance`` to ``port``, as arguments behind ``-A``."""
    return [
        *("OUTPUT", "-p", "tcp", "-d", "127.0.0.1", "--dport", str(entrance)),
        *("-m", "comment", "--comment", f"{_COMMENT} {os.getpid()}"),
        *("-j", "REDIRECT", "--to-ports", str(port)),
    ]


def left_behind(listing: str, alive: Sequence[int]) -> list[list[str]]:
    """The rules, as arguments behind ``-D``, of labs that were killed, in what ``iptables -S OUTPUT`` prints."""
    found = []
    for line in listing.splitlines():
        match = re.search(rf'^-A (.*--comment "{_COMMENT} (\d+)".*)$', line)
        if match and int(match[2]) not in alive:
            found.append(match[1].replace('"', "\0").split())
    return [_joined(words) for words in found]


def _joined(words: list[str]) -> list[str]:
    """The words with those that stood in quotes as one."""
    text = " ".join(words)
    parts = text.split("\0")
    out: list[str] = []
    for index, part in enumerate(parts):
        out += [part] if index % 2 else part.split()
    return out


class Redirected:
    """A proxy that is met at a port which it does not listen on: what goes there is led to it."""

    def __init__(self, proxy: Proxy) -> None:
        self.port = 0
        """The port at which it is met, once started."""
        self._proxy = proxy
        self._held: socket.socket | None = None
        self._rule: list[str] = []

    @property
    def behaviours(self) -> Any:
        """What the proxy does."""
        return self._proxy.behaviours

    @behaviours.setter
    def behaviours(self, behaviours: Any) -> None:
        self._proxy.behaviours = behaviours

    async def cut(self) -> None:
        """Abort every connection that goes through it."""
        await self._proxy.cut()

    async def start(self) -> None:
        """Let the proxy listen, then lead a free port to it.

        Raises:
            EnvironmentFailure: The machine does not allow it; the message says what is missing.
        """
        name = program()
        await self._proxy.start()
        # Held and never listened on: no other program gets the port while the rule is there.
        self._held = socket.socket()
        self._held.bind(("127.0.0.1", 0))
        self.port = self._held.getsockname()[1]
        try:
            listing = await _run(name, "-S", "OUTPUT")
            for old in left_behind(listing, _alive()):
                await _run(name, "-D", *old)
            self._rule = rule(self.port, self._proxy.port)
            await _run(name, "-A", *self._rule)
        except BaseException:
            self._rule = []
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take the rule away and stop the proxy."""
        rule, self._rule = self._rule, []
        try:
            if rule:
                await _run(program(), "-D", *rule)
        finally:
            if self._held is not None:
                self._held.close()
                self._held = None
            await self._proxy.stop()


def _alive() -> list[int]:
    """The processes of this machine; at least our own where they cannot be listed."""
    folder = "/proc"
    names = os.listdir(folder) if os.path.isdir(folder) else []  # noqa: PTH112, PTH208 # names are all that is wanted
    return [os.getpid(), *(int(name) for name in names if name.isdigit())]


async def _run(name: str, *words: str) -> str:
    """Run the program on the table of translations; what it prints."""
    process = await asyncio.create_subprocess_exec(name, "-w", "5", "-t", "nat", *words, stdout=PIPE, stderr=PIPE)
    out, error = await process.communicate()
    if process.returncode:
        said = (error.decode(errors="replace").strip().splitlines() or ["it said nothing"])[0]
        raise EnvironmentFailure(
            f"a transparent proxy needs a rule of the packet filter, and {name} refused it: {said}",
            remedy="Run the lab as root, or with CAP_NET_ADMIN; or use proxy: reverse in its place.",
        )
    return out.decode(errors="replace")
