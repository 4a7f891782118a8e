"""The server of a case: one node, or several behind a balancer, each with sessions of its own."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from lab.errors import LabError

Action = Literal["stop", "start", "restart"]
How = Literal["gracefully", "killed"]


class Node(Protocol):
    """One server: the lab's own, a command's, or one that runs already."""

    port: int
    """Where it is met at 127.0.0.1, once it was started; the same ever after."""

    @property
    def origin(self) -> str:
        """Where it is: ``http://127.0.0.1:4711``."""

    async def start(self) -> None:
        """Let it accept, at the port that it had before where it had one."""

    async def stop(self, how: How = "gracefully") -> None:
        """End it, closing its sessions first unless it is ``killed``."""

    async def leave(self) -> None:
        """End what stays while it is stopped."""

    def sessions(self) -> Iterable[Any]:
        """Its sessions, where it is the lab's own."""


class Nodes:
    """All the nodes of a case, by name."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        changed: Callable[[str, bool], None] = lambda name, up: None,
        *,
        page: Node | None = None,
    ) -> None:
        """Prepare the nodes.

        Args:
            nodes: By name.
            changed: Is told which node goes away, before it does, and which has come back.
            page: Who serves the lab's page where the nodes do not.
        """
        self._nodes = dict(nodes)
        self._page = page
        self._changed = changed
        self._up: list[str] = []
        self.failed: asyncio.Future[LabError] | None = None
        """From start on: done as soon as a node has ended that nobody has stopped."""

    def died(self, error: LabError) -> None:
        """A node has ended by itself; only the first such end is told."""
        if self.failed is not None and not self.failed.done():
            self.failed.set_result(error)

    @property
    def names(self) -> Sequence[str]:
        """What they are called."""
        return list(self._nodes)

    @property
    def ports(self) -> dict[str, int]:
        """Where each listens."""
        return {name: node.port for name, node in self._nodes.items()}

    def sessions(self) -> Iterable[Any]:
        """The sessions on all nodes that are up."""
        for name in self._up:
            yield from self._nodes[name].sessions()

    async def start(self) -> None:
        """Start them all."""
        self.failed = asyncio.get_running_loop().create_future()
        if self._page is not None:
            await self._page.start()
        for name in self._nodes:
            await self.act("start", name)

    async def stop(self) -> None:
        """End them all."""
        async with contextlib.AsyncExitStack() as stack:
            if self._page is not None:
                stack.push_async_callback(self._page.stop)
            for name, node in self._nodes.items():
                stack.push_async_callback(node.leave)
                stack.push_async_callback(self.act, "stop", name)

    async def act(self, action: Action, name: str, how: How = "gracefully") -> str:
        """Stop, start or restart a node; what it did, in the past tense."""
        node = self._nodes[name]
        if action != "start" and name in self._up:
            self._changed(name, False)
            self._up.remove(name)
            await node.stop(how)
        if action != "stop" and name not in self._up:
            await node.start()
            self._up.append(name)
            self._changed(name, True)
        return {"stop": "stopped", "start": "started", "restart": "restarted"}[action]
