from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Head

PAGE = "http://app.localhost"
ALLOWED = f"Access-Control-Allow-Origin: {PAGE}\r\nAccess-Control-Allow-Credentials: true\r\n"


def said(head: Head, name: str) -> list[str]:
    lines = [line.partition(": ") for line in head.lines]
    return [value for key, _, value in lines if key.lower() == f"access-control-allow-{name}"]


@pytest.mark.parametrize(
    ("parameters", "from_server", "origins", "credentials"),
    [
        ({}, ALLOWED, [], ["true"]),
        ({}, "", [], []),
        ({"allow_origin": "keep"}, ALLOWED, [PAGE], ["true"]),
        ({"allow_origin": "keep", "credentials": "drop"}, ALLOWED, [PAGE], []),
        ({"allow_origin": "double"}, ALLOWED, [PAGE, PAGE], ["true"]),
        ({"allow_origin": "double", "value": "*"}, ALLOWED, [PAGE, "*"], ["true"]),
        ({"allow_origin": "double"}, "", [PAGE, PAGE], []),
        ({"allow_origin": "wildcard"}, ALLOWED, ["*"], ["true"]),
        ({"allow_origin": "wildcard"}, "", ["*"], []),
        ({"allow_origin": "replace", "value": "http://b"}, ALLOWED, ["http://b"], ["true"]),
        ({"allow_origin": "replace"}, ALLOWED, ["null"], ["true"]),
    ],
)
async def test_headers_are_spoilt(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    from_server: str,
    origins: list[str],
    credentials: list[str],
) -> None:
    async with Bench(catalogue.make("cors", parameters), authority=authority) as bench:
        response = f"HTTP/1.1 200 OK\r\n{from_server}Content-Length: 0\r\n\r\n"
        passed = await passes(bench, "GET /echo/info", response, headers=f"Origin: {PAGE}\r\n")
        assert said(passed.head, "origin") == origins
        assert said(passed.head, "credentials") == credentials
        changed = (said(passed.head, "origin"), said(passed.head, "credentials")) != (
            [PAGE] if from_server else [],
            ["true"] if from_server else [],
        )
        assert bool(bench.events("hop1")) == changed


async def test_what_was_done_is_told(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour = catalogue.make("cors", {"allow_origin": "double", "value": "*", "credentials": "drop"})
    async with Bench(behaviour, authority=authority) as bench:
        await passes(bench, "GET /echo/info", f"HTTP/1.1 200 OK\r\n{ALLOWED}Content-Length: 0\r\n\r\n")
        assert bench.figures("hop1", "behaviour", "did") == [
            f"set Access-Control-Allow-Origin to {PAGE} and *",
            "removed Access-Control-Allow-Credentials",
        ]


@pytest.mark.parametrize("parameters", [{"allow_origin": "*"}, {"credentials": True}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"cors: {next(iter(parameters))}: "):
        catalogue.make("cors", parameters)


async def test_bare_mitmdump_widens_the_origin(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp())
    await bare("cors", "responseheaders", flow, "allow_origin=wildcard")
    assert flow.response is not None
    assert flow.response.headers["access-control-allow-origin"] == "*"
