"""Answers in one go: they differ from aiohttp's in nothing that a client may rely on."""

import pytest

from lab.server.host import LabServer
from lab.server.options import ServerOptions
from lab.server.ready import ReadyResponse

UNLIKE = (b"Server:", b"Date:")


@pytest.fixture
async def servers(log):
    """One server that answers in one go, and one whose events are wanted."""
    servers = [LabServer(ServerOptions(cookie=True)), LabServer(ServerOptions(cookie=True), emit=log.bind("server"))]
    for server in servers:
        await server.start()
    yield servers
    for server in servers:
        await server.stop()


STEPS = [("xhr", b"", b"o\n"), ("xhr_send", b'["a"]', b""), ("xhr", b"", b'a["a"]\n')]
ASKED = [[], ["Connection: close"], ["Origin: http://a.test", "Access-Control-Request-Headers: x"]]


@pytest.mark.parametrize("more", ASKED)
@pytest.mark.parametrize("step", range(len(STEPS)))
async def test_answer_is_the_same_either_way(servers, connect, more: list[str], step: int) -> None:
    heads = []
    for server in servers:
        assert server.endpoint.direct is (server is servers[0])
        wire = await connect(f"http://127.0.0.1:{server.port}")
        for number, (name, body, answered) in enumerate(STEPS[: step + 1]):
            await wire.request("POST", f"/echo/0/s/{name}", *(more if number == step else []), body=body)
            assert await wire.reader.readexactly(len(answered)) == answered
        heads.append({line for line in wire.head.split(b"\r\n") if not line.startswith(UNLIKE)})
        assert b"\r\nDate: " in wire.head
        if more == ["Connection: close"]:
            assert await wire.rest() == b""
    assert heads[0] == heads[1]


async def test_http_1_0_is_answered_by_aiohttp(servers, connect) -> None:
    wire = await connect(f"http://127.0.0.1:{servers[0].port}")
    await wire.request("POST", "/echo/0/s/xhr", http="1.0")
    assert wire.head.startswith(b"HTTP/1.0 200 ")
    assert await wire.rest() == b"o\n"


async def test_connection_that_is_gone_is_told_of() -> None:
    class Gone:
        transport = None

    response = ReadyResponse(b"x", keep_alive=True)
    with pytest.raises(ConnectionResetError):
        await response.prepare(Gone())
    assert not response.prepared
