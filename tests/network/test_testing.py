from pathlib import Path

import pytest

from lab.network import witness
from lab.network.authority import Authority
from lab.network.testing import Bench, mitmdump


async def test_bench_carries_a_dialogue(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        assert not bench.reached
        await browser.send("GET / HTTP/1.1\r\nHost: app.localhost\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n")
        server = await bench.accept()
        head = await server.head()
        assert head.lines == ["Host: app.localhost", "X-Twice: 1", "X-Twice: 2"]
        await server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await browser.head()
        await server.chunk(b"twelve bytes")
        assert await browser.read_chunk() == b"twelve bytes"


async def test_missing_event_fails_and_says_what_there_is(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "PATIENCE_S", 0.01)
    async with Bench(authority=authority) as bench:
        bench.log.bind("hop1")("behaviour", did="something else")
        with pytest.raises(AssertionError, match=r"no behaviour .*something else"):
            await bench.seen("hop1", "behaviour", did="removed it")


async def test_mitmdump_that_cannot_start_says_why(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise ValueError('no such thing')\n")
    with pytest.raises(AssertionError, match="no such thing"):
        async with mitmdump(script, mode="regular", confdir=tmp_path):
            pass
