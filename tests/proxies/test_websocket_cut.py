import asyncio

import pytest

from lab import shipped
from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.host import Proxy
from lab.network.testing import Bench, Wire, mitmdump
from tests.proxies.dialogue import EARLY_MS, HANDSHAKE, PING, SWITCH, masked, opened, read_frame, said, watch


async def test_websocket_ends_after_a_time(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_cut", {"delay": "150ms"}), authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await server.send(said("o"))
        assert await browser.rest() == said("o")
        assert since() >= 150 - 20  # It was open on the hop's side a moment before.
        assert await server.rest() == b""
        await bench.seen("hop1.client", "ws.close", code=1006, by="hop")
        assert bench.figures("hop1", "behaviour", "did") == ["ended the websocket with FIN"]


async def test_time_is_drawn_between_delay_and_spread(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("websocket_cut", {"delay": "20ms", "spread": "100ms"})
    drawn = []
    async with Bench(behaviour, authority=authority) as bench:
        for _ in range(5):
            browser, _ = await opened(bench)
            assert await browser.rest() == b""
        await bench.seen("hop1", "behaviour")
        drawn = bench.figures("hop1", "behaviour", "after_ms")
    assert len(set(drawn)) > 1
    assert all(20 <= after_ms <= 120 for after_ms in drawn)


@pytest.mark.parametrize("end", ["fin", "rst"])
async def test_websocket_ends_after_messages(catalogue: Catalogue, authority: Authority, end: str) -> None:
    behaviour = catalogue.make("websocket_cut", {"messages": 2, "end": end})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await browser.read(3) == said("o")
        await browser.send(masked(said("a")))
        if end == "fin":
            assert await read_frame(server) == (0x81, b"a")
            assert await browser.rest() == b""
        else:
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        await bench.seen("hop1.client", "ws.close", code=1006, by="hop")
        assert bench.figures("hop1.server", "ws.frame", "text") == ["o", "a"]


async def test_closing_frame_says_the_code(catalogue: Catalogue, authority: Authority) -> None:
    parameters = {"messages": 1, "end": "close", "code": 1012, "reason": "restart"}
    async with Bench(catalogue.make("websocket_cut", parameters), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await browser.read(14) == said("o") + b"\x88\x09\x03\xf4restart"
        assert await read_frame(server) == (0x88, b"\x03\xf4restart")


async def test_websocket_that_ends_by_itself_is_left_alone(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_cut", {"delay": "50ms"}), authority=authority) as bench:
        browser, server = await opened(bench)
        await browser.close()
        assert await server.rest() == b""
        other, _ = await opened(bench)
        assert await other.rest() == b""
        assert len(bench.events("hop1", "behaviour")) == 1


@pytest.mark.parametrize(
    "parameters", [{"end": "drop"}, {"messages": 0}, {"code": 999}, {"code": 1006, "end": "close"}]
)
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="websocket_cut: "):
        catalogue.make("websocket_cut", parameters)


async def test_websocket_that_was_open_before_is_cut_too(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        behaviour = catalogue.make("websocket_cut", {"delay": "100ms"})
        hop = bench.network.hops[0]
        assert isinstance(hop, Proxy)
        hop.pipeline.behaviours = [behaviour]
        since = watch()
        await server.send(PING)
        assert await browser.rest() == PING
        assert since() >= 100 - EARLY_MS


async def test_bare_mitmdump_cuts(authority: Authority) -> None:
    script = shipped.PROXIES / "websocket_cut.py"
    async with (
        Bench(authority=authority) as bench,
        mitmdump(
            script,
            "websocket_cut_delay=100ms",
            "websocket_cut_end=close",
            mode=f"reverse:http://127.0.0.1:{bench.network.hops[0].port}",
            confdir=authority.confdir,
        ) as port,
    ):
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(HANDSHAKE.format(headers=""))
        server = await bench.accept()
        await server.head()
        await server.send(SWITCH.format(headers=""))
        await browser.head()
        await server.send(said("o"))
        assert await browser.read(7) == said("o") + b"\x88\x02\x03\xe9"
        await browser.close()
