import pytest

from lab.network.link.act import Act, Ending, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.testing import LinkBench, play


class Ended(Act):
    due_ms = 30.0

    def woken(self, at_ms: float) -> Ending:
        return Ending("fin", "closed the connection")


class Ends(LinkBehaviour):
    def act(self, scope: Scope) -> Act:
        return Ended()


def test_play_tells_what_a_behaviour_makes_of_what_comes() -> None:
    assert play(Ends(), (1, "up", 5), (2, "down", "fin"), (40, "up", 5)) == [
        (1, "up", 5),
        (2, "down", "fin"),
        (30, "up", "cut"),
    ]
    assert play(Ends(), (1, "up", 5), until_ms=20) == [(1, "up", 5)]
    with pytest.raises(ValueError, match="does nothing to a connection"):
        play(LinkBehaviour(), (1, "up", 5))


async def test_peers_write_down_what_arrives_and_when() -> None:
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        assert await server.received(5) == b"hello"
        assert all(0 <= since < 1000 for since in server.since(client.sent_ms))
        server.fin()
        assert await client.ended() == "fin"
        client.reset()
        assert await server.ended() == "rst"
        assert (await bench.seen("hop1.client", "tcp.end", direction="up")).data["how"] == "rst"
