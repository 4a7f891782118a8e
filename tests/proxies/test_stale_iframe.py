from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

PAGE = "<script>SockJS.bootstrap_iframe();</script>"
STALE = "<script>(SockJS.version = '0.3.4', SockJS.bootstrap_iframe());</script>"


@pytest.mark.parametrize(
    ("path", "status", "came"),
    [
        ("/echo/iframe.html", "200 OK", STALE),
        ("/echo/iframe-1.6.1.html?t=1", "200 OK", STALE),
        ("/echo/iframe.html", "404 Not Found", PAGE),
        ("/echo/iframes/page.html", "200 OK", PAGE),
        ("/echo?/iframe.htm", "200 OK", PAGE),
    ],
)
async def test_client_in_the_iframe_gets_another_version(
    catalogue: Catalogue, authority: Authority, passes: Any, path: str, status: str, came: str
) -> None:
    async with Bench(catalogue.make("stale_iframe", {"version": "0.3.4"}), authority=authority) as bench:
        response = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n{PAGE}"
        assert (await passes(bench, f"GET {path}", response)).body.decode() == came
        assert len(bench.events("hop1")) == (came == STALE)


@pytest.mark.parametrize("version", ["", "1'; alert(1)//", 1.0])
def test_wrong_version_is_refused(catalogue: Catalogue, version: object) -> None:
    with pytest.raises(UsageError, match="stale_iframe: version: "):
        catalogue.make("stale_iframe", {"version": version})


async def test_bare_mitmdump_changes_the_page(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/echo/iframe.html"), resp=tutils.tresp())
    await bare("stale_iframe", "responseheaders", flow, "version=1.1.4")
    assert flow.response is not None
    assert "content-length" not in flow.response.headers
