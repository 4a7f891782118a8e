from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "asked", "came"),
    [
        ({}, "/echo/info?t=1", "/echo/info?t=1"),
        ({"strip": "/echo"}, "/echo/info?t=1", "/info?t=1"),
        ({"strip": "/echo/"}, "/echo/info", "/info"),
        ({"strip": "/echo"}, "/echo", "/"),
        ({"strip": "/echo"}, "/echoes/info", "/echoes/info"),
        ({"strip": "/echo"}, "/app/echo", "/app/echo"),
        ({"add": "/echo"}, "/echo/info?t=1", "/echo/echo/info?t=1"),
        ({"add": "/app/"}, "/echo", "/app/echo"),
        ({"strip": "/echo", "add": "/app"}, "/echo/info", "/app/info"),
        ({"query": "drop"}, "/echo/000/a/jsonp?c=_jp.x&t=1", "/echo/000/a/jsonp"),
        ({"query": "drop"}, "/echo?", "/echo"),
    ],
)
async def test_url_is_changed(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], asked: str, came: str
) -> None:
    async with Bench(catalogue.make("rewrite_url", parameters), authority=authority) as bench:
        assert (await passes(bench, f"GET {asked}")).asked.start == f"GET {came} HTTP/1.1"
        did = [f"changed the URL {asked} to {came}"] if asked != came else []
        assert bench.figures("hop1", "behaviour", "did") == did


@pytest.mark.parametrize("parameters", [{"strip": "echo"}, {"add": ""}, {"query": False}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rewrite_url: {next(iter(parameters))}: "):
        catalogue.make("rewrite_url", parameters)


async def test_bare_mitmdump_changes_the_url(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/echo/info?t=1"))
    await bare("rewrite_url", "requestheaders", flow, "strip=/echo", "query=drop")
    assert flow.request.path == "/info"
