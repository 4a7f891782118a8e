import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, PING, masked, opened, read_frame, said, watch


@pytest.mark.parametrize(
    ("direction", "up", "down"), [("both", True, True), ("up", True, False), ("down", False, True)]
)
async def test_frames_leave_later(
    catalogue: Catalogue, authority: Authority, direction: str, up: bool, down: bool
) -> None:
    behaviour = catalogue.make("websocket_delay", {"delay": "150ms", "direction": direction})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await server.send(said("o") + PING + said("b"))
        await browser.send(masked(said("a")))
        assert await read_frame(server) == (0x81, b"a")
        if up:
            assert since() >= 150 - EARLY_MS
        assert await browser.read(8) == said("o") + PING + said("b")
        if down:
            assert since() >= 150 - EARLY_MS
        # Late together, not one after the other.
        assert since() < 450
        ways = bench.events("hop1.server", "ws.frame") + bench.events("hop1.client", "ws.frame")
        for text, direction, late in (("a", "up", up), ("o", "down", down), ("b", "down", down)):
            came, left = sorted(event.t_ms for event in ways if event.data["text"] == text)
            assert (left - came >= 150 - EARLY_MS) == late, direction


async def test_end_leaves_behind_what_was_said(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_delay", {"delay": "100ms"}), authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await server.send(said("o"))
        await server.close()
        assert await browser.rest() == said("o")
        assert since() >= 100 - EARLY_MS
        await bench.seen("hop1.client", "ws.close", code=1006, by="server")
