from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

PAGE = "http://app.localhost"


@pytest.mark.parametrize(
    ("parameters", "sent", "came", "did"),
    [
        ({}, PAGE, None, [f"removed the Origin {PAGE}"]),
        ({}, None, None, []),
        ({"to": "http://backend"}, PAGE, "http://backend", [f"changed the Origin {PAGE} to http://backend"]),
        ({"to": "http://backend"}, None, None, []),
    ],
)
async def test_origin_is_rewritten(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    sent: str | None,
    came: str | None,
    did: list[str],
) -> None:
    async with Bench(catalogue.make("rewrite_origin", parameters), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info", headers=f"Origin: {sent}\r\n" if sent else "")
        assert passed.asked.headers.get("origin") == came
        assert bench.figures("hop1", "behaviour", "did") == did


async def test_bare_mitmdump_removes_the_origin(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"origin", b"http://a"),)))
    await bare("rewrite_origin", "requestheaders", flow)
    assert "origin" not in flow.request.headers
