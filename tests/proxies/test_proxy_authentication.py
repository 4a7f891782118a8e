import base64
import struct
from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Head, Wire

CONNECT = "CONNECT www.lab.home.arpa:80 HTTP/1.1\r\nHost: www.lab.home.arpa:80\r\n{headers}\r\n"
GET = "GET http://www.lab.home.arpa/echo/info HTTP/1.1\r\nHost: www.lab.home.arpa\r\n{headers}\r\n"
RIGHT = "Proxy-Authorization: Basic " + base64.b64encode(b"lab:lab").decode() + "\r\n"
WRONG = "Proxy-Authorization: Basic " + base64.b64encode(b"lab:bal").decode() + "\r\n"


def ntlm(kind: int) -> str:
    message = b"NTLMSSP\x00" + struct.pack("<I", kind) + b"\x00" * 20
    return f"Proxy-Authorization: NTLM {base64.b64encode(message).decode()}\r\n"


async def ask(wire: Wire, request: str, headers: str = "") -> Head:
    await wire.send(request.format(headers=headers))
    head = await wire.head()
    await wire.read(int(head.headers.get("content-length", "0")))
    return head


@pytest.mark.parametrize("request_", [CONNECT, GET])
async def test_basic_is_asked_for(catalogue: Catalogue, authority: Authority, request_: str) -> None:
    behaviour = catalogue.make("proxy_authentication", {"realm": "office"})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        for headers in ("", WRONG, RIGHT.replace("Basic", "Bearer"), "Proxy-Authorization: Basic\r\n"):
            head = await ask(browser, request_, headers)
            assert head.start.startswith("HTTP/1.1 407 ")
            assert head.headers["proxy-authenticate"] == 'Basic realm="office"'
        assert not bench.reached


async def test_right_credentials_pass_and_go_no_further(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("proxy_authentication", {})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(GET.format(headers=RIGHT))
        assert "proxy-authorization" not in (await (await bench.accept()).head()).headers
        # Without a tunnel each request is asked anew.
        assert bench.figures("hop1", "behaviour", "did") == ["let the client in by basic"]


async def test_tunnel_that_was_let_in_is_not_asked_again(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("proxy_authentication", {})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        assert (await ask(browser, CONNECT, RIGHT)).start.startswith("HTTP/1.1 200 ")
        await browser.send("GET /echo/info HTTP/1.1\r\nHost: www.lab.home.arpa\r\n\r\n")
        assert (await (await bench.accept()).head()).start == "GET /echo/info HTTP/1.1"


@pytest.mark.parametrize(
    ("at", "connect", "get"), [("connect", 407, 200), ("requests", 200, 407), ("both", 407, 407)]
)
async def test_at_says_what_is_asked(
    catalogue: Catalogue, authority: Authority, at: str, connect: int, get: int
) -> None:
    behaviour = catalogue.make("proxy_authentication", {"at": at})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        head = await ask(await bench.connect(), CONNECT)
        assert int(head.start.split()[1]) == connect
        browser = await bench.connect()
        await browser.send(GET.format(headers=""))
        if get == 200:
            await (await bench.accept()).head()
        else:
            assert int((await browser.head()).start.split()[1]) == get


@pytest.mark.parametrize("request_", [CONNECT, GET])
async def test_ntlm_lets_the_connection_in(catalogue: Catalogue, authority: Authority, request_: str) -> None:
    behaviour = catalogue.make("proxy_authentication", {"scheme": "ntlm"})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        assert (await ask(browser, request_)).headers["proxy-authenticate"] == "NTLM"
        challenge = (await ask(browser, request_, ntlm(1))).headers["proxy-authenticate"]
        message = base64.b64decode(challenge.removeprefix("NTLM "))
        assert message[:12] == b"NTLMSSP\x00" + struct.pack("<I", 2)
        assert len(message) == 32
        # Another connection has no challenge to answer.
        assert (await ask(await bench.connect(), request_, ntlm(3))).headers["proxy-authenticate"] == "NTLM"
        assert not bench.reached

        await browser.send(request_.format(headers=ntlm(3)))
        if request_ == CONNECT:
            assert (await browser.head()).start.startswith("HTTP/1.1 200 ")
        else:
            server = await bench.accept()
            assert "proxy-authorization" not in (await server.head()).headers
            await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await browser.head()
            # What follows on this connection is let in by it.
            await browser.send(GET.format(headers=""))
            assert (await server.head()).start == "GET /echo/info HTTP/1.1"


@pytest.mark.parametrize("message", ["", "!", base64.b64encode(b"NTLMSSP\x00").decode(), "TlRMTVNTUAADAAAA"])
async def test_what_is_no_ntlm_is_asked_anew(catalogue: Catalogue, authority: Authority, message: str) -> None:
    behaviour = catalogue.make("proxy_authentication", {"scheme": "ntlm"})
    async with Bench(behaviour, proxy="forward", authority=authority) as bench:
        head = await ask(await bench.connect(), GET, f"Proxy-Authorization: NTLM {message}\r\n")
        assert head.headers["proxy-authenticate"] == "NTLM"


async def test_reverse_proxy_asks_as_a_server(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("proxy_authentication", {"user": "u", "password": "p"})
    async with Bench(behaviour, authority=authority) as bench:
        browser = await bench.connect()
        request = "GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n{headers}\r\n"
        head = await ask(browser, request, RIGHT)
        assert head.start.startswith("HTTP/1.1 401 ")
        assert head.headers["www-authenticate"] == 'Basic realm="proxy"'
        await browser.send(request.format(headers="Authorization: Basic dTpw\r\n"))
        assert "authorization" not in (await (await bench.accept()).head()).headers


@pytest.mark.parametrize("parameters", [{"scheme": "digest"}, {"at": "page"}, {"user": 1}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"proxy_authentication: {next(iter(parameters))}: "):
        catalogue.make("proxy_authentication", parameters)


async def test_bare_mitmdump_asks(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("proxy_authentication", "requestheaders", flow, "scheme=ntlm")
    assert flow.response is not None
    assert flow.response.headers["proxy-authenticate"] == "NTLM"
