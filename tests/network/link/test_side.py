import asyncio

import pytest

from lab.network.link.act import How
from lab.network.link.side import READ, Side
from lab.network.link.testing import Peer
from lab.network.witness import PATIENCE_S


class Log:
    """Writes down what a side tells."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.data = bytearray()
        self.changed = asyncio.Event()

    def _tell(self, what: str) -> None:
        self.told.append(what)
        self.changed.set()

    def made(self, side: Side) -> None:
        self._tell("made")

    def arrived(self, side: Side, data: bytes) -> None:
        self.data += data
        self._tell("data")

    def arrived_end(self, side: Side, how: How) -> None:
        self._tell(how)

    def unblocked(self, side: Side) -> None:
        self._tell("blocked" if side.blocked else "unblocked")

    def gone(self, side: Side) -> None:
        self._tell("gone")

    async def until(self, what: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while what not in self.told:
                self.changed.clear()
                await self.changed.wait()


async def joined() -> tuple[Side, Log, Peer, asyncio.Server]:
    """A side, its log, and the peer that it is connected to."""
    loop = asyncio.get_running_loop()
    peers: asyncio.Queue[Peer] = asyncio.Queue()
    server = await loop.create_server(lambda: Peer(peers.put_nowait), "127.0.0.1", 0)
    log = Log()
    side = Side("server", log, memoryview(bytearray(READ)))
    assert not side.connected
    await loop.create_connection(lambda: side, "127.0.0.1", server.sockets[0].getsockname()[1])
    return side, log, await peers.get(), server


async def test_side_reads_nothing_before_it_is_told_to() -> None:
    side, log, peer, server = await joined()
    peer.send(b"early")
    peer.fin()
    await asyncio.sleep(0.02)
    assert log.told == ["made"]
    side.read(True)
    await log.until("fin")
    assert (log.told, bytes(log.data), side.ended, side.lost) == (["made", "data", "fin"], b"early", True, False)
    side.write(b"the other way is open")
    assert await peer.received(21)
    side.close()
    await log.until("gone")
    assert await peer.ended() == "fin"
    peer.transport.abort()
    server.close()


async def test_side_tells_rst_from_fin() -> None:
    side, log, peer, server = await joined()
    side.read(True)
    peer.reset()
    await log.until("gone")
    assert log.told == ["made", "rst", "gone"]
    assert side.lost
    side.read(False)
    side.reset()  # nothing is left to be reset
    server.close()


async def test_own_reset_is_not_told_as_the_peers() -> None:
    side, log, peer, server = await joined()
    side.read(True)
    side.reset()
    assert await peer.ended() == "rst"
    await log.until("gone")
    assert log.told == ["made", "gone"]
    server.close()


@pytest.mark.parametrize(("patience_s", "whole"), [(5.0, True), (0.05, False)])
async def test_reset_waits_for_what_was_written_as_long_as_it_may(patience_s: float, whole: bool) -> None:
    side, log, peer, server = await joined()
    peer.transport.pause_reading()
    size = 16 * 1024 * 1024  # more than all the buffers of the kernel
    side.write(bytes(size))
    assert log.told == ["made", "blocked"]
    side.reset(patience_s=patience_s)
    await asyncio.sleep(0.2)
    assert side.lost is not whole
    peer.transport.resume_reading()
    assert await peer.ended() == "rst"
    assert (len(peer.data) == size) is whole
    server.close()
