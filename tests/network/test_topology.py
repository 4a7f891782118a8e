import ssl
import subprocess
from typing import Literal

import pytest
from mitmproxy.http import HTTPFlow

from lab.errors import EnvironmentFailure
from lab.events import EventLog
from lab.network import connections
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour, Catalogue
from lab.network.host import Proxy
from lab.network.redirect import program
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec, Kind, Network, server_uses_tls

Scheme = Literal["http", "https"]


def has_filter() -> bool:
    """Whether this machine lets us put a transparent proxy in place."""
    try:
        return subprocess.run([program(), "-t", "nat", "-S"], capture_output=True, check=False).returncode == 0
    except EnvironmentFailure:
        return False


filtered = pytest.mark.skipif(not has_filter(), reason="a transparent proxy needs iptables and its rights")

KINDS: dict[str, tuple[Kind, Literal["tunnel", "intercept"]]] = {
    "F": ("forward", "tunnel"),
    "I": ("forward", "intercept"),
    "R": ("reverse", "tunnel"),
    "S": ("socks", "tunnel"),
    "J": ("socks", "intercept"),
    "L": ("link", "tunnel"),
    "T": ("transparent", "tunnel"),
    "U": ("transparent", "intercept"),
}
CHAINS = [
    *("F", "I", "R", "FR", "IR", "RR", "FF", "FI", "IF", "II", "FIR", "IFR", "FRR"),
    *("FS", "IS", "FJ", "SF", "JF", "SI", "SS", "JS", "SJ", "FSF", "SFS", "ISJ", "SFR", "FLSLF"),
    *("S", "J", "SR", "L", "LL", "LF", "FLF", "LFLIL", "LSL", "RL", "LR"),
    *(pytest.param(chain, marks=filtered) for chain in ("T", "U", "FT", "TR", "LUL")),
]


def hops(chain: str) -> list[HopSpec]:
    return [HopSpec(f"hop{number}", *KINDS[kind]) for number, kind in enumerate(chain, 1)]


async def entered(bench: Bench, scheme: Scheme) -> tuple[Wire, str]:
    """A browser's connection to the page's host, and the host's name: by CONNECT behind a forward proxy."""
    browser = await bench.connect()
    proxy = bench.network.browser_proxy or ""
    host = "www.example.test" if proxy else "app.localhost"
    port = 443 if scheme == "https" else 80
    if proxy.startswith("socks5:"):
        await browser.send(b"\x05\x01\x00")
        assert await browser.read(2) == b"\x05\x00"
        await browser.send(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
        assert (await browser.read(10))[:2] == b"\x05\x00"
    elif proxy:
        await browser.send(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 200")
    if scheme == "https":
        trusting = ssl.create_default_context(cafile=bench.authority.confdir / "mitmproxy-ca-cert.pem")
        await browser.start_tls(trusting, host)
    return browser, host


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("chain", CHAINS)
async def test_chain_carries_a_websocket_and_reads_what_it_may(
    authority: Authority, chain: str, scheme: Scheme
) -> None:
    async with Bench(hops=hops(chain), scheme=scheme, authority=authority) as bench:
        browser, host = await entered(bench, scheme)
        await browser.send(
            f"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        server = await bench.accept()
        head = await server.head()
        assert head.start == "GET /ws HTTP/1.1"
        assert head.headers["host"] == host
        await server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        await browser.head()
        await server.send(b"\x81\x01o")
        assert await browser.read(3) == b"\x81\x01o"

        for number, kind in enumerate(chain, 1):
            reads = kind != "L" and not (kind in "FST" and scheme == "https" and "R" not in chain[: number - 1])
            assert bool(bench.events(f"hop{number}.client", "request")) is reads, number
            assert len(bench.events(f"hop{number}.client", "connect")) == (kind in "FI")
            assert len(bench.events(f"hop{number}.client", "tcp.open")) == 1
            assert bench.events(f"hop{number}", "hop.failed") == []


@pytest.mark.parametrize("chain", ["F", "FF", "FR", "IFR"])
async def test_plain_request_goes_in_absolute_form(authority: Authority, chain: str) -> None:
    async with Bench(hops=hops(chain), authority=authority) as bench:
        browser = await bench.connect()
        server: Wire | None = None
        for path in ("/echo/info", "/echo/info?again"):
            await browser.send(f"GET http://www.example.test{path} HTTP/1.1\r\nHost: www.example.test\r\n\r\n")
            # Both go over one connection to the server.
            server = server or await bench.accept()
            assert (await server.head()).start == f"GET {path} HTTP/1.1"
            await server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await browser.head()
            assert await browser.read(2) == b"ok"
        for number in range(1, len(chain) + 1):
            urls = bench.figures(f"hop{number}.client", "request", "url")
            assert urls == ["http://www.example.test/echo/info", "http://www.example.test/echo/info?again"]


@pytest.mark.parametrize("chain", ["F", "FF", "I"])
async def test_background_traffic_is_refused_and_not_recorded(authority: Authority, chain: str) -> None:
    async with Bench(hops=hops(chain), authority=authority) as bench:
        for request in (
            "CONNECT accounts.example.org:443 HTTP/1.1\r\nHost: accounts.example.org:443\r\n\r\n",
            "GET http://detect.example.org/success.txt HTTP/1.1\r\nHost: detect.example.org\r\n\r\n",
        ):
            browser = await bench.connect()
            await browser.send(request)
            assert (await browser.head()).start.startswith("HTTP/1.1 502")
        assert not bench.reached
        assert [event for event in bench.log if not event.kind.startswith("tcp.")] == []


async def test_behaviour_acts_at_its_own_hop(authority: Authority) -> None:
    chain = [
        HopSpec("office", "forward"),
        HopSpec("edge", "reverse", behaviours=[Catalogue().make("no_upgrade", {})]),
    ]
    async with Bench(hops=chain, authority=authority) as bench:
        browser, host = await entered(bench, "http")
        await browser.send(f"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        server = await bench.accept()
        assert "upgrade" not in (await server.head()).headers
        seen = [
            bench.figures(f"hop{n}.{side}", "request", "upgrade") for n in (1, 2) for side in ("client", "server")
        ]
        assert seen == [[True], [True], [True], [False]]
        assert bench.events("hop1", "behaviour") == []
        assert len(bench.events("hop2", "behaviour")) == 1


async def test_refused_connect_is_refused_by_every_proxy_before_it(authority: Authority) -> None:
    chain = [
        *(HopSpec(name, "forward") for name in ("desk", "office")),
        HopSpec("company", "forward", behaviours=[Catalogue().make("connect_policy", {"status": 405})]),
    ]
    async with Bench(hops=chain, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.example.test:80 HTTP/1.1\r\nHost: www.example.test:80\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 405")
        for number in (1, 2, 3):
            assert bench.figures(f"hop{number}.client", "connect.answer", "status") == [405]
        assert not bench.reached


async def test_client_that_goes_during_connect_ends_it_everywhere(authority: Authority) -> None:
    class Hangs(Behaviour):
        """Leaves CONNECT unanswered."""

        async def http_connect(self, flow: HTTPFlow) -> None:
            self.did(flow, "hangs")
            await connections.held(flow.client_conn)
            self.did(flow, "saw it go")

    async with Bench(
        hops=[HopSpec("a", "forward"), HopSpec("b", "forward", behaviours=[Hangs()])], authority=authority
    ) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.example.test:80 HTTP/1.1\r\nHost: www.example.test:80\r\n\r\n")
        await bench.seen("hop2", "behaviour", did="hangs")
        browser.abort()
        await bench.seen("hop2", "behaviour", did="saw it go")
        assert bench.events("hop1.client", "connect.answer") == []


async def test_client_that_does_not_trust_is_a_tls_failure(authority: Authority) -> None:
    async with Bench(hops=hops("I"), scheme="https", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.example.test:443 HTTP/1.1\r\nHost: www.example.test:443\r\n\r\n")
        await browser.head()
        with pytest.raises(ssl.SSLCertVerificationError):
            await browser.start_tls(ssl.create_default_context(), "www.example.test")
        event = await bench.seen("hop1.client", "tls.failed")
        assert event.data["host"] == "www.example.test"


@pytest.mark.parametrize("origin", ["same", "cross"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("chain", ["", "R", "F", "FR"])
async def test_names_follow_the_first_hop(
    authority: Authority, chain: str, scheme: Scheme, origin: Literal["same", "cross"]
) -> None:
    network = Network(hops(chain), scheme=scheme, origin=origin, log=EventLog(), authority=authority)
    await network.start({"server": 4711})
    try:
        if chain.startswith("F"):
            page, other = f"{scheme}://www.example.test", f"{scheme}://sock.example.test"
            assert network.browser_proxy == f"http://127.0.0.1:{network.hops[0].port}"
        else:
            port = network.hops[0].port if chain else 4711
            page, other = f"{scheme}://app.localhost:{port}", f"{scheme}://sock.localhost:{port}"
            assert network.browser_proxy is None
        assert network.page_origin == page
        assert network.endpoint_origin == (page if origin == "same" else other)
    finally:
        await network.stop()
    assert network.hops == []


@pytest.mark.parametrize(
    ("chain", "scheme", "expected"),
    [("", "http", False), ("", "https", True), ("FI", "https", True), ("FR", "https", False), ("FI", "http", False)],
)
def test_server_uses_tls_where_no_reverse_hop_ends_it(chain: str, scheme: Scheme, expected: bool) -> None:
    assert server_uses_tls(hops(chain), scheme) is expected


async def test_failed_start_stops_what_had_started(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Proxy] = []
    start = Proxy.start

    async def second_fails(self: Proxy) -> None:
        if started:
            raise OSError("no more")
        started.append(self)
        await start(self)

    monkeypatch.setattr(Proxy, "start", second_fails)
    network = Network(hops("FR"), scheme="http", origin="same", log=EventLog(), authority=authority)
    with pytest.raises(OSError, match="no more"):
        await network.start({"server": 4711})
    assert network.hops == []
    assert started[0]._task is None
