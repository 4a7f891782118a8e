import pytest

from lab.network.link.act import NEVER, Act, Ending, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.testing import LinkBench, Move, admit, play


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


class OneByOne(LinkBehaviour):
    """Lets one in at a time, not before 10 ms, and the fourth never."""

    def admit(self, scope: Scope, at_ms: float, inside: int) -> float | None:
        if scope.conn == 4:
            return None
        return max(scope.opened_ms + 10, at_ms) if not inside else NEVER


def test_admit_tells_who_comes_in_and_when() -> None:
    moves: list[Move] = [(0, "comes", 1), (5, "comes", 2), (5, "comes", 3), (6, "comes", 4)]
    assert admit(OneByOne(), *moves, (40, "leaves", 2), (50, "leaves", 1)) == [
        (6, "is refused", 4),
        (10, "enters", 1),
        (50, "enters", 3),
    ]


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
