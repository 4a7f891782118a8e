from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

RESPONSE = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "third"),
    [
        ("Sec-Fetch-Site: cross-site", True),
        ("Sec-Fetch-Site: same-site", False),
        ("Sec-Fetch-Site: same-origin", False),
        # What the browser says of itself outweighs the rest.
        ("Sec-Fetch-Site: same-site\r\nOrigin: http://other.test", False),
        ("Origin: http://app.localhost", False),
        ("Origin: http://app.localhost:8080", False),
        ("Origin: http://sock.localhost", True),
        ("Origin: https://www.lab.home.arpa", True),
        ("Origin: null", True),
        ("Referer: http://sock.localhost/page", True),
        ("Origin: http://app.localhost\r\nReferer: http://sock.localhost/page", False),
        ("X-Nothing: 1", False),
    ],
)
async def test_cookies_of_another_site_are_removed(
    catalogue: Catalogue, authority: Authority, passes: Any, headers: str, third: bool
) -> None:
    async with Bench(catalogue.make("third_party_cookies", {}), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info", RESPONSE, headers=f"{headers}\r\nCookie: b=2\r\n")
        assert ("cookie" in passed.asked.headers, "set-cookie" in passed.head.headers) == (not third, not third)
        assert len(bench.events("hop1")) == (2 if third else 0)


@pytest.mark.parametrize(
    ("page", "host", "third"),
    [
        (b"http://www.lab.home.arpa", b"sock.lab.home.arpa", False),
        (b"http://example.test", b"a.b.example.test:8080", False),
        (b"http://www.lab.home.arpa", b"www.example.org", True),
        (b"http://127.0.0.1:1", b"127.0.0.1:2", False),
        (b"http://127.0.0.1", b"127.0.0.2", True),
        (b"http://[::1]:1", b"[::1]:2", False),
    ],
)
async def test_site_is_the_last_two_labels(bare: Any, page: bytes, host: bytes, third: bool) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"host", host), (b"origin", page), (b"cookie", b"a=1"))))
    await bare("third_party_cookies", "requestheaders", flow)
    assert ("cookie" not in flow.request.headers) == third
