import aiohttp
import pytest

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.doorstep import doorstep
from lab.network.master import TlsSettings
from lab.runner.nodes.behind_door import BehindDoor
from lab.runner.nodes.ours import OurNode
from lab.server.host import LabServer

PAGE = {"/lab/page.html": ("text/html", b"<p>page</p>")}


async def test_node_is_met_at_its_door_while_it_goes_and_comes(authority: Authority) -> None:
    log = EventLog()
    page, inner = OurNode(lambda: LabServer(files=PAGE)), OurNode(LabServer)
    node = BehindDoor(
        inner,
        lambda origin: doorstep(origin, page_port=page.port, tls=TlsSettings(authority), emit=log.bind("server")),
    )
    await page.start()
    await node.start()
    try:
        async with aiohttp.ClientSession(node.origin) as client:
            async with client.get("/lab/page.html") as answer:
                assert await answer.text() == "<p>page</p>"
            async with client.get("/echo/info?t=1") as answer:
                assert (await answer.json())["websocket"] is True
            async with client.ws_connect("/echo/0/s/websocket") as socket:
                assert await socket.receive_str() == "o"
            port = node.port
            await node.stop()
            async with client.get("/echo/info") as answer:
                assert answer.status == 502
            await node.start()
            assert node.port == port
            async with client.get("/echo/info") as answer:
                assert answer.status == 200
    finally:
        await node.stop()
        await node.leave()
        await page.stop()
    requests = [event for event in log if event.kind == "request"]
    # As the lab's own server would have told it.
    paths = [event.data["path"] for event in requests]
    assert paths[:3] == ["/lab/page.html", "/echo/info?t=1", "/echo/0/s/websocket"]
    assert (requests[2].data["session"], requests[2].data["transport"], requests[2].data["upgrade"]) == (
        "s",
        "websocket",
        True,
    )
    assert [event.data for event in log if event.kind == "frame.out"] == [
        {"endpoint": "/echo", "session": "s", "type": "o", "bytes": 1}
    ]
    assert [event.data.get("endpoint") for event in requests[:3]] == [None, "/echo", "/echo"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/echo/0/a/xhr"),
        ("POST", "/echo/0/b/xhr_streaming"),
        ("GET", "/echo/0/c/eventsource"),
        ("GET", "/echo/0/d/htmlfile?c=x"),
        ("GET", "/echo/0/e/jsonp?c=x"),
    ],
)
async def test_door_tells_the_open_frame_of_each_transport(authority: Authority, method: str, path: str) -> None:
    log = EventLog()
    node = BehindDoor(
        OurNode(LabServer),
        lambda origin: doorstep(origin, page_port=1, tls=TlsSettings(authority), emit=log.bind("server")),
    )
    await node.start()
    try:
        async with aiohttp.ClientSession(node.origin) as client, client.request(method, path):
            event = await log.wait_for(lambda event: event.kind == "frame.out", timeout_s=5)
    finally:
        await node.stop()
        await node.leave()
    assert event is not None
    assert event.data["session"] == path.split("/")[3]
