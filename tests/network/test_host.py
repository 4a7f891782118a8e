import asyncio
import contextlib
import logging

import pytest
from mitmproxy.http import HTTPFlow, Response
from pydantic import Field

from lab.errors import EnvironmentFailure
from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.host import Proxy
from lab.network.master import TlsSettings
from lab.network.recorder import Recorder
from lab.network.testing import Bench

REQUEST = "GET {path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Teapot(Behaviour):
    """Answers all by itself."""

    class Parameters(Behaviour.Parameters):
        """The answer."""

        status: int = Field(418, description="Its status.")

    parameters: Parameters

    def requestheaders(self, flow: HTTPFlow) -> None:
        flow.response = Response.make(self.parameters.status)
        self.did(flow, f"answered {self.parameters.status}")


async def refused(port: int) -> bool:
    with contextlib.suppress(ConnectionRefusedError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return False
    return True


async def test_start_and_stop_leave_nothing_behind(authority: Authority) -> None:
    loop = asyncio.get_running_loop()
    before = (logging.getLogger().handlers[:], loop.get_exception_handler(), asyncio.all_tasks())
    async with Bench(authority=authority) as bench:
        port = bench.network.hops[0].port
        browser = await bench.connect()
        await browser.send(REQUEST.format(path="/"))
        server = await bench.accept()
        await server.head()
        recorded = len(bench.log)
        await bench.network.stop()
        # That the exchange ended was the lab's doing, and is no event of the case.
        assert len(bench.log) == recorded
        # The exchange was under way: both its ends see it end.
        assert await server.rest() == b""
        with contextlib.suppress(ConnectionResetError):
            assert await browser.rest() == b""
        assert await refused(port)
    assert (logging.getLogger().handlers, loop.get_exception_handler(), asyncio.all_tasks()) == before


async def test_stop_before_start_and_twice_does_nothing(authority: Authority) -> None:
    def emit(kind: str, /, **data: object) -> None:
        raise AssertionError

    proxy = Proxy("reverse:http://127.0.0.1:9", recorder=Recorder(emit, emit, emit), tls=TlsSettings(authority))
    await proxy.stop()
    await proxy.start()
    await proxy.stop()
    await proxy.stop()
    assert await refused(proxy.port)


async def test_failed_start_is_an_environment_failure(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_server(*arguments: object, **options: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(asyncio, "start_server", no_server)
    emit = EventLog().bind("hop1")
    proxy = Proxy("regular", recorder=Recorder(emit, emit, emit), tls=TlsSettings(authority))
    with pytest.raises(EnvironmentFailure, match="Too many open files"):
        await proxy.start()
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("hop ")] == []


async def test_eight_hops_do_not_mix(authority: Authority) -> None:
    statuses = range(410, 418)
    async with contextlib.AsyncExitStack() as stack:
        benches = [
            await stack.enter_async_context(Bench(Teapot(Teapot.Parameters(status=status)), authority=authority))
            for status in statuses
        ]

        async def visit(bench: Bench) -> int:
            browser = await bench.connect()
            await browser.send(REQUEST.format(path="/"))
            return int((await browser.head()).start.split()[1])

        for _ in range(2):
            assert await asyncio.gather(*map(visit, benches)) == list(statuses)
        for bench, status in zip(benches, statuses, strict=True):
            assert bench.figures("hop1", "behaviour", "did") == [f"answered {status}"] * 2
