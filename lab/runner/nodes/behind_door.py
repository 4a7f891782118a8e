"""A node that is met at a doorstep: see lab/network/doorstep.py."""

from collections.abc import Callable, Iterable
from typing import Any

from lab.network.host import Proxy
from lab.runner.nodes import How, Node


class BehindDoor:
    """A node and the doorstep before it, which stays where it is while the node goes and comes."""

    def __init__(self, node: Node, door: Callable[[str], Proxy]) -> None:
        """``door`` makes the doorstep before an origin."""
        self.port = 0
        self._node = node
        self._make = door
        self._door: Proxy | None = None

    @property
    def origin(self) -> str:
        """Where it is met."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the node, and the doorstep where there is none yet."""
        await self._node.start()
        if self._door is None:
            door = self._make(self._node.origin)
            await door.start()
            self._door, self.port = door, door.port

    async def stop(self, how: How = "gracefully") -> None:
        """End the node; the doorstep stays, and answers 502."""
        await self._node.stop(how)

    async def leave(self) -> None:
        """End the doorstep."""
        door, self._door = self._door, None
        if door is not None:
            await door.stop()
        await self._node.leave()

    def sessions(self) -> Iterable[Any]:
        """The node's sessions."""
        return self._node.sessions()
