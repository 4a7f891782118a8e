from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, admit


def test_each_waits_its_own_time(catalogue: Catalogue) -> None:
    slow = catalogue.make("slow_accept", {"delay": "100ms"})
    assert admit(slow, (0, "comes", 1), (30, "comes", 2)) == [(100, "enters", 1), (130, "enters", 2)]
    assert admit(catalogue.make("slow_accept", {"delay": "0ms"}), (7, "comes", 1)) == [(7, "enters", 1)]


async def test_server_is_asked_late_and_what_was_said_arrives(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("slow_accept", {"delay": "100ms"})) as bench:
        began_ms = bench.link.clock.now_ms()
        client = await bench.dial()  # the kernel has accepted it
        client.send(b"hello")
        client.fin()
        server = await bench.accept()
        assert 100 <= bench.link.clock.now_ms() - began_ms < 1500
        assert await server.ended() == "fin"
        assert server.data == b"hello"
        assert bench.did() == ["made the connection wait"]


async def test_each_waits_for_itself(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("slow_accept", {"delay": "100ms"})) as bench:
        began_ms = bench.link.clock.now_ms()
        for _ in range(10):
            await bench.dial()
        for _ in range(10):
            await bench.accept()
        assert bench.link.clock.now_ms() - began_ms < 900


async def test_taking_it_out_lets_in_who_waits(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("slow_accept", {"delay": "60s"})) as bench:
        client = await bench.dial()
        assert not await client.ended_within(30)
        assert not bench.reached
        bench.link.behaviours.clear()
        await bench.accept()


async def test_delay_of_nothing_is_none(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("slow_accept", {"delay": "0ms"})) as bench:
        await bench.connect()
        assert bench.did() == []
