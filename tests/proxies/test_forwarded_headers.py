from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

NAMES = ("via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")


@pytest.mark.parametrize(
    ("parameters", "sent", "came"),
    [
        ({}, "", ("1.1 proxy", "127.0.0.1", None, None)),
        (
            {},
            "Via: 1.1 a\r\nX-Forwarded-For: 10.0.0.1\r\n",
            ("1.1 a, 1.1 proxy", "10.0.0.1, 127.0.0.1", None, None),
        ),
        ({"via": None, "x_forwarded_for": False}, "", (None, None, None, None)),
        (
            {"via": None, "x_forwarded_proto": "client"},
            "X-Forwarded-Proto: https\r\n",
            (None, "127.0.0.1", "http", None),
        ),
        (
            {"via": "1.1 squid", "x_forwarded_proto": "https", "x_forwarded_host": True},
            "X-Forwarded-Proto: http\r\n",
            ("1.1 squid", "127.0.0.1", "https", "app.localhost"),
        ),
    ],
)
async def test_headers_are_added(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    sent: str,
    came: tuple[str | None, ...],
) -> None:
    async with Bench(catalogue.make("forwarded_headers", parameters), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info", headers=sent)
        assert tuple(passed.asked.headers.get(name) for name in NAMES) == came
        assert passed.head.headers.get("via") == parameters.get("via", "1.1 proxy")
        assert len(bench.events("hop1")) == any(came)


@pytest.mark.parametrize("parameters", [{"x_forwarded_proto": "ws"}, {"via": 1}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"forwarded_headers: {next(iter(parameters))}: "):
        catalogue.make("forwarded_headers", parameters)


async def test_bare_mitmdump_adds_them(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("forwarded_headers", "requestheaders", flow, "via=1.1 box", "x_forwarded_for=false")
    assert flow.request.headers["via"] == "1.1 box"
    assert "x-forwarded-for" not in flow.request.headers
