import aiohttp
import pytest

from lab.runner.nodes.ours import OurNode
from lab.server.host import LabServer


@pytest.mark.parametrize("how", ["gracefully", "killed"])
async def test_node_comes_back_at_its_place_without_its_sessions(how: str) -> None:
    node = OurNode(LabServer)
    await node.start()
    try:
        port = node.port
        async with aiohttp.ClientSession(node.origin) as client, client.post("/echo/0/abc/xhr") as answer:
            assert await answer.text() == "o\n"
        assert [session.id for session in node.sessions()] == ["abc"]
        await node.stop(how)  # type: ignore[arg-type] # the rows have no other words
        assert list(node.sessions()) == []
        await node.start()
        assert (node.port, list(node.sessions())) == (port, [])
    finally:
        await node.stop()
        await node.leave()
