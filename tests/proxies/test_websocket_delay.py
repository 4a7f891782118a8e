import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, OPENED, PING, masked, opened, read_frame, said, watch

DIALOGUES = {
    "both": """
        10    client says "a"
        20    server says "o"
        30    server says ping
        1010  server gets "a"
        1020  client gets "o"
        1030  client gets ping
        """,
    "up": """
        10    client says "a"
        20    server says "o"
        20    client gets "o"
        30    server says ping
        30    client gets ping
        1010  server gets "a"
        """,
    "down": """
        10    client says "a"
        10    server gets "a"
        20    server says "o"
        30    server says ping
        1020  client gets "o"
        1030  client gets ping
        """,
}


@pytest.mark.parametrize("direction", DIALOGUES.keys())
def test_dialogue(catalogue: Catalogue, direction: str) -> None:
    behaviour = catalogue.make("websocket_delay", {"delay": "1s", "direction": direction})
    said = play(behaviour, OPENED + DIALOGUES[direction])
    assert said == ["began to delay what passes the websocket by 1000 ms"]


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
