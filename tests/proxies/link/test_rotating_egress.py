import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.balancer import Choice
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench
from lab.network.testing import Bench
from lab.network.topology import HopSpec


async def test_connections_come_from_each_address_in_turn(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("rotating_egress", {"addresses": 3})) as bench:
        seen = []
        for _ in range(4):
            client, server = await bench.connect()
            seen.append(server.transport.get_extra_info("peername")[0])
            client.send(b"hello")
            assert await server.received(5) == b"hello"
        assert seen == ["127.0.1.1", "127.0.2.1", "127.0.3.1", "127.0.1.1"]
        assert bench.did()[1] == "had the connection come from 127.0.2.1"


async def test_others_come_from_where_they_did(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("latency", {})) as bench:
        _, server = await bench.connect()
        assert server.transport.get_extra_info("peername")[0] == "127.0.0.1"


async def test_balancer_that_goes_by_the_address_takes_one_client_for_two(
    catalogue: Catalogue, authority: Authority
) -> None:
    link = HopSpec("nat", "link", behaviours=[catalogue.make("rotating_egress", {})])
    balancer = HopSpec("balancer", "balancer", choice=Choice(("node1", "node2"), "source"))
    async with Bench(hops=[link, balancer], nodes=("node1", "node2"), authority=authority) as bench:
        for _ in range(4):
            browser = await bench.connect()
            await browser.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
            server = await bench.accept()
            await server.head()
        assert bench.figures("hop2.server", "request", "node") == ["node2", "node1", "node2", "node1"]


def test_one_address_is_no_rotation(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="addresses"):
        catalogue.make("rotating_egress", {"addresses": 1})
