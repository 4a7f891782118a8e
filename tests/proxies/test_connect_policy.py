import asyncio

import pytest

from lab import shipped
from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire, mitmdump

CONNECT = "CONNECT www.lab.home.arpa:{port} HTTP/1.1\r\nHost: www.lab.home.arpa:{port}\r\n\r\n"


@pytest.mark.parametrize(
    ("parameters", "port", "status"),
    [
        ({}, 80, 403),
        ({}, 443, 200),
        ({"ports": [80]}, 80, 200),
        ({"ports": [80, 563]}, 443, 403),
        ({"ports": [], "status": 405}, 443, 405),
        ({"ports": ["any"]}, 8443, 200),
        ({"ports": ["any"], "hosts": ["*.lab.home.arpa"]}, 80, 200),
        ({"hosts": ["sock.lab.home.arpa"]}, 443, 403),
        ({"status": 407}, 80, 407),
    ],
)
async def test_connect_is_answered_by_port(
    catalogue: Catalogue, authority: Authority, parameters: dict[str, object], port: int, status: int
) -> None:
    async with Bench(catalogue.make("connect_policy", parameters), proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(CONNECT.format(port=port))
        assert int((await browser.head()).start.split()[1]) == status
        assert bench.figures("hop1.client", "connect", "port") == [port]
        assert bench.figures("hop1.client", "connect.answer", "status") == [status]
        assert bool(bench.events("hop1", "behaviour")) == (status != 200)


@pytest.mark.parametrize(
    ("parameters", "challenge"),
    [({"status": 407}, 'Basic realm="proxy"'), ({"status": 407, "challenge": "NTLM"}, "NTLM")],
)
async def test_connection_stays_after_407(
    catalogue: Catalogue, authority: Authority, parameters: dict[str, object], challenge: str
) -> None:
    async with Bench(catalogue.make("connect_policy", parameters), proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        for _ in range(2):
            await browser.send(CONNECT.format(port=80))
            head = await browser.head()
            assert head.headers["proxy-authenticate"] == challenge
            await browser.read(int(head.headers["content-length"]))


async def test_connection_is_closed_where_it_says_so(catalogue: Catalogue, authority: Authority) -> None:
    policy = catalogue.make("connect_policy", {"close": True})
    async with Bench(policy, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(CONNECT.format(port=80))
        head = await browser.head()
        assert head.headers["connection"] == "close"
        assert len(await browser.rest()) == int(head.headers["content-length"])


@pytest.mark.parametrize("answer", ["hang", "close", "reset"])
async def test_connect_is_not_answered(catalogue: Catalogue, authority: Authority, answer: str) -> None:
    policy = catalogue.make("connect_policy", {"status": answer})
    async with Bench(policy, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(CONNECT.format(port=80))
        await bench.seen("hop1", "behaviour")
        if answer == "reset":
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        elif answer == "close":
            assert await browser.rest() == b""
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(browser.read(1), 0.1)
        assert bench.events("hop1.client", "connect.answer") == []


async def test_plain_request_passes(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("connect_policy", {}), proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET http://www.lab.home.arpa/echo/info HTTP/1.1\r\nHost: www.lab.home.arpa\r\n\r\n")
        assert (await (await bench.accept()).head()).start == "GET /echo/info HTTP/1.1"


@pytest.mark.parametrize("parameters", [{"ports": ["http"]}, {"status": 200}, {"status": 600}, {"port": 80}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"connect_policy: {next(iter(parameters))}: "):
        catalogue.make("connect_policy", parameters)


async def test_bare_mitmdump_refuses_the_port(authority: Authority) -> None:
    script = shipped.PROXIES / "connect_policy.py"
    async with mitmdump(script, "connect_policy_ports=563", mode="regular", confdir=authority.confdir) as port:
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(CONNECT.format(port=443))
        assert (await browser.head()).start.startswith("HTTP/1.1 403 ")
        await browser.close()
