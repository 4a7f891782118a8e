from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

RESPONSE = "HTTP/1.1 200 OK\r\nX-One: 1\r\nX-One: 2\r\nServer: lab\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("parameters", "request_", "response", "did"),
    [
        ({}, ["X-One: a", "X-Two: b"], ["X-One: 1", "X-One: 2", "Server: lab"], []),
        ({"drop": ["x-ONE"]}, ["X-Two: b"], None, ["removed X-One in the request"]),
        ({"drop": ["x-*"]}, [], None, ["removed X-One, X-Two in the request"]),
        ({"drop": ["X-One"], "of": "response"}, None, ["Server: lab"], ["removed X-One in the response"]),
        (
            {"drop": ["X-One"], "of": "both"},
            ["X-Two: b"],
            ["Server: lab"],
            ["removed X-One in the request", "removed X-One in the response"],
        ),
        ({"rename": {"x-one": "Y"}}, ["X-Two: b", "Y: a"], None, ["renamed x-one to Y in the request"]),
        ({"rename": {"X-None": "Y"}}, None, None, []),
        ({"set": {"X-One": "z"}}, ["X-One: z", "X-Two: b"], None, ["set X-One to z in the request"]),
        (
            {"set": {"X-Three": "z"}},
            ["X-One: a", "X-Two: b", "X-Three: z"],
            None,
            ["set X-Three to z in the request"],
        ),
        ({"add": {"X-One": "z"}}, ["X-One: a", "X-Two: b", "X-One: z"], None, ["added X-One: z in the request"]),
        # In this order, whatever the order in which they were written.
        (
            {"set": {"X-One": "3"}, "rename": {"X-Two": "X-One"}, "drop": ["X-One"]},
            ["X-One: 3"],
            None,
            ["removed X-One, renamed X-Two to X-One, set X-One to 3 in the request"],
        ),
    ],
)
async def test_headers_are_rewritten(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    request_: list[str] | None,
    response: list[str] | None,
    did: list[str],
) -> None:
    async with Bench(catalogue.make("rewrite_headers", parameters), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info", RESPONSE, headers="X-One: a\r\nX-Two: b\r\n")
        own = [line for line in passed.asked.lines if not line.startswith("Host:")]
        assert own == (["X-One: a", "X-Two: b"] if request_ is None else request_)
        back = [line for line in passed.head.lines if not line.startswith("Content-Length:")]
        assert back == (["X-One: 1", "X-One: 2", "Server: lab"] if response is None else response)
        assert bench.figures("hop1", "behaviour", "did") == did


async def test_host_is_rewritten_without_a_detour(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour = catalogue.make("rewrite_headers", {"set": {"Host": "backend.internal"}})
    async with Bench(behaviour, authority=authority) as bench:
        assert (await passes(bench, "GET /echo/info")).asked.headers["host"] == "backend.internal"


@pytest.mark.parametrize("parameters", [{"drop": "Via"}, {"set": ["Via"]}, {"of": "all"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rewrite_headers: {next(iter(parameters))}: "):
        catalogue.make("rewrite_headers", parameters)


async def test_bare_mitmdump_takes_headers_as_yaml(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"accept-encoding", b"gzip"),)))
    await bare("rewrite_headers", "requestheaders", flow, "drop=Accept-*", "set={Via: 1.1 box}")
    assert list(flow.request.headers.items()) == [("Via", "1.1 box")]
