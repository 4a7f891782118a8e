import asyncio

import pytest

from lab import shipped
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Head, Wire, mitmdump

REQUEST = "GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n{cookies}X-Other: 1\r\n\r\n"
RESPONSE = (
    "HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=dummy; Path=/\r\nSet-Cookie: theme=dark\r\nContent-Length: 0\r\n\r\n"
)

SENT = ["JSESSIONID=dummy; theme=dark; a=b=c"]
SET = ["JSESSIONID=dummy; Path=/", "theme=dark"]


def cookies(head: Head) -> list[str]:
    return [line.partition(": ")[2] for line in head.lines if line.lower().startswith(("cookie:", "set-cookie:"))]


@pytest.mark.parametrize(
    ("parameters", "request_cookies", "response_cookies"),
    [
        # Both ways and all of them, unless told otherwise.
        ({}, [], []),
        ({"from": "request"}, [], SET),
        ({"from": "response"}, SENT, []),
        ({"names": ["JSESSIONID"]}, ["theme=dark; a=b=c"], ["theme=dark"]),
        ({"names": ["a", "theme"]}, ["JSESSIONID=dummy"], ["JSESSIONID=dummy; Path=/"]),
        # A name is compared whole, and as it is written.
        (
            {"names": ["jsessionid", "JSESSION"]},
            SENT,
            SET,
        ),
    ],
)
async def test_cookies_are_removed(
    catalogue: Catalogue,
    authority: Authority,
    parameters: dict[str, object],
    request_cookies: list[str],
    response_cookies: list[str],
) -> None:
    async with Bench(catalogue.make("strip_cookies", parameters), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST.format(cookies="Cookie: JSESSIONID=dummy; theme=dark; a=b=c\r\n"))
        server = await bench.accept()
        head = await server.head()
        assert cookies(head) == request_cookies
        assert head.headers["x-other"] == "1"
        await server.send(RESPONSE)
        assert cookies(await browser.head()) == response_cookies


async def test_only_what_was_removed_is_told(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("strip_cookies", {"names": ["theme"]}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST.format(cookies="Cookie: a=1\r\n"))
        server = await bench.accept()
        await server.head()
        await server.send(RESPONSE)
        await browser.head()
        assert bench.figures("hop1", "behaviour", "did") == ["removed theme from the response"]
        assert bench.figures("hop1", "behaviour", "names") == [["theme"]]


async def test_bare_mitmdump_takes_several_names(authority: Authority) -> None:
    script = shipped.PROXIES / "strip_cookies.py"
    async with (
        Bench(authority=authority) as bench,
        mitmdump(
            script,
            "strip_cookies_names=theme",
            "strip_cookies_names=a",
            "strip_cookies_from=request",
            mode=f"reverse:http://127.0.0.1:{bench.network.hops[0].port}",
            confdir=authority.confdir,
        ) as port,
    ):
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(REQUEST.format(cookies="Cookie: JSESSIONID=dummy; theme=dark; a=b=c\r\n"))
        server = await bench.accept()
        assert cookies(await server.head()) == ["JSESSIONID=dummy"]
        await browser.close()
