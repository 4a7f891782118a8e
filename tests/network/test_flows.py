"""What a hop saw, written and read again as mitmproxy reads it."""

import os
import zlib
from pathlib import Path

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader
from mitmproxy.test import tflow

from lab.network import flows
from lab.network.authority import Authority
from lab.network.recorder import Recorder
from lab.network.testing import Bench
from lab.redact import Redaction


def read(path: Path) -> list[HTTPFlow]:
    with path.open("rb") as file:
        return [flow for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]


def head(first: str, *headers: str) -> str:
    return "\r\n".join([first, "Host: app.localhost", *headers, "", ""])


async def test_dump_has_bodies_of_streamed_exchanges_and_no_credentials(tmp_path: Path, authority: Authority) -> None:
    with flows.dumping() as dumps:
        async with Bench(authority=authority) as bench:
            port = bench.network.hops[0].port
            browser = await bench.connect()
            await browser.send(head("POST /send HTTP/1.1", "Cookie: sid=longsecret", "Content-Length: 5") + "hello")
            server = await bench.accept()
            await server.head()
            await server.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nSet-Cookie: sid=longsecret; Path=/\r\n\r\nanswer!"
            )
            await browser.head()
    (dump,) = dumps
    assert dump.port == port
    assert dump.write(tmp_path / "hop1.flows", Redaction().header)
    (flow,) = read(tmp_path / "hop1.flows")
    assert flow.response is not None
    assert (flow.request.content, flow.response.content) == (b"hello", b"answer!")
    assert flow.request.url == "http://app.localhost/send"
    assert flow.request.headers["cookie"].startswith("sid=(hidden ")
    assert flow.response.headers["set-cookie"].endswith("; Path=/")
    assert b"longsecret" not in (tmp_path / "hop1.flows").read_bytes()


async def test_dump_of_nothing_but_the_labs_own_page_is_no_file(tmp_path: Path, authority: Authority) -> None:
    with flows.dumping() as dumps:
        async with Bench(authority=authority) as bench:
            browser = await bench.connect()
            await browser.send(head("GET /lab/page.html HTTP/1.1"))
            server = await bench.accept()
            await server.head()
    assert not dumps[0].write(tmp_path / "hop1.flows")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 (it would wait in a coroutine)


def test_dump_keeps_messages_that_the_hop_forgets(tmp_path: Path) -> None:
    def emit(kind: str, /, **data: object) -> None:
        """Nobody listens."""

    dump = flows.FlowDump(Recorder(emit, emit, emit))
    flow = tflow.twebsocketflow(messages=False)
    assert flow.websocket is not None
    dump.requestheaders(flow)
    for message in tflow.twebsocket().messages:
        flow.websocket.messages.append(message)
        dump.websocket_message(flow)
        flow.websocket.messages.clear()
    assert dump.write(tmp_path / "hop1.flows")
    (found,) = read(tmp_path / "hop1.flows")
    assert found.websocket is not None
    assert [message.content for message in found.websocket.messages] == [b"hello binary", b"hello text", b"it's me"]
    assert flow.websocket.messages == [], "the flow itself is as it was"


def test_dump_needs_no_copy_of_what_behaviours_work_with(tmp_path: Path) -> None:
    def emit(kind: str, /, **data: object) -> None:
        """Nobody listens."""

    used = zlib.compressobj()
    used.flush()
    dump = flows.FlowDump(Recorder(emit, emit, emit))
    flow = tflow.tflow(resp=True)
    flow.metadata["stages"] = [used]
    dump.requestheaders(flow)
    assert dump.write(tmp_path / "hop1.flows")
    (found,) = read(tmp_path / "hop1.flows")
    assert (found.request.url, found.metadata) == (flow.request.url, {})
    assert flow.metadata == {"stages": [used]}, "the flow itself is as it was"


async def test_hops_are_watched_only_where_someone_asks(authority: Authority) -> None:
    with flows.dumping() as dumps:
        pass
    async with Bench(authority=authority):
        pass
    assert dumps == []
