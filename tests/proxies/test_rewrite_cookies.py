from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Head

COOKIE = "JSESSIONID=dummy; Path=/; SameSite=None; Secure"
LASTING = "node=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Max-Age=60; Domain=example.test; HttpOnly"


def cookies(head: Head) -> list[str]:
    return [line.partition(": ")[2] for line in head.lines if line.lower().startswith("set-cookie:")]


@pytest.mark.parametrize(
    ("parameters", "first", "second"),
    [
        ({}, COOKIE, LASTING),
        ({"path": "/app"}, "JSESSIONID=dummy; Path=/app; SameSite=None; Secure", f"{LASTING}; Path=/app"),
        ({"same_site": "Lax"}, "JSESSIONID=dummy; Path=/; SameSite=Lax; Secure", f"{LASTING}; SameSite=Lax"),
        ({"same_site": "remove"}, "JSESSIONID=dummy; Path=/; Secure", LASTING),
        ({"secure": False}, "JSESSIONID=dummy; Path=/; SameSite=None", LASTING),
        ({"secure": True}, COOKIE, f"{LASTING}; Secure"),
        ({"session_only": True}, COOKIE, "node=1; Domain=example.test; HttpOnly"),
        (
            {"session_only": True, "domain": "", "http_only": False, "names": ["node"]},
            COOKIE,
            "node=1",
        ),
        (
            {"domain": "other.test", "names": ["JSESSIONID"]},
            f"{COOKIE}; Domain=other.test",
            LASTING,
        ),
        ({"prefix": "gw_", "names": ["node"]}, COOKIE, f"gw_{LASTING}"),
    ],
)
async def test_cookies_that_are_set_are_rewritten(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], first: str, second: str
) -> None:
    async with Bench(catalogue.make("rewrite_cookies", parameters), authority=authority) as bench:
        response = f"HTTP/1.1 200 OK\r\nSet-Cookie: {COOKIE}\r\nSet-Cookie: {LASTING}\r\nContent-Length: 0\r\n\r\n"
        assert cookies((await passes(bench, "GET /echo/info", response)).head) == [first, second]
        changed = [
            name for name, old, new in (("JSESSIONID", COOKIE, first), ("node", LASTING, second)) if old != new
        ]
        did = [f"rewrote the cookie {', '.join(changed)}"] if changed else []
        assert bench.figures("hop1", "behaviour", "did") == did


@pytest.mark.parametrize(
    ("parameters", "came"),
    [
        ({"prefix": "gw_"}, "a=1; b=gw_2; c=3"),
        ({"prefix": "gw_", "restore": False}, "gw_a=1; b=gw_2; gw_c=3"),
        ({"prefix": "gw_", "names": ["c"]}, "gw_a=1; b=gw_2; c=3"),
        ({"path": "/"}, "gw_a=1; b=gw_2; gw_c=3"),
    ],
)
async def test_prefix_is_taken_off_again(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], came: str
) -> None:
    async with Bench(catalogue.make("rewrite_cookies", parameters), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info", headers="Cookie: gw_a=1; b=gw_2; gw_c=3\r\n")
        assert passed.asked.headers["cookie"] == came


@pytest.mark.parametrize("parameters", [{"same_site": "lax"}, {"secure": "maybe"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rewrite_cookies: {next(iter(parameters))}: "):
        catalogue.make("rewrite_cookies", parameters)


async def test_bare_mitmdump_rewrites_the_cookie(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp(headers=((b"set-cookie", b"a=1; Secure"),)))
    await bare("rewrite_cookies", "responseheaders", flow, "secure=false", "same_site=Lax")
    assert flow.response is not None
    assert flow.response.headers["set-cookie"] == "a=1; SameSite=Lax"
