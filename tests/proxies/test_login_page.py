from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "path", "status", "header"),
    [
        ({}, "/echo/info", 302, ("location", "/login")),
        ({"answer": 307, "location": "https://sso.test/"}, "/echo/info", 307, ("location", "https://sso.test/")),
        ({"answer": 401}, "/echo/info", 401, ("www-authenticate", 'Basic realm="gateway"')),
        ({"answer": 403}, "/echo/info", 403, ("location", None)),
        ({"answer": "page"}, "/echo/info", 200, ("location", None)),
        # The login page itself.
        ({}, "/login?from=/echo", 200, ("location", None)),
        ({"location": "/sso"}, "/login", 302, ("location", "/sso")),
    ],
)
async def test_login_is_asked_for(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    path: str,
    status: int,
    header: tuple[str, str | None],
) -> None:
    async with Bench(catalogue.make("login_page", parameters), authority=authority) as bench:
        passed = await passes(bench, f"GET {path}")
        assert (passed.asked, passed.status, passed.head.headers.get(header[0])) == (None, status, header[1])
        assert b"<h1>Sign in</h1>" in passed.body
        # No line is one that a client would take for a frame.
        assert {line[:1] for line in passed.body.splitlines()} == {b"<"}


@pytest.mark.parametrize(("sent", "passes_"), [("gw=1", True), ("a=2; gw=", True), ("gw2=1", False), ("", False)])
async def test_cookie_lets_a_request_pass(
    catalogue: Catalogue, authority: Authority, passes: Any, sent: str, passes_: bool
) -> None:
    async with Bench(catalogue.make("login_page", {"cookie": "gw"}), authority=authority) as bench:
        headers = f"Cookie: {sent}\r\n" if sent else ""
        assert ((await passes(bench, "GET /echo/info", headers=headers)).asked is not None) == passes_


@pytest.mark.parametrize("parameters", [{"answer": 200}, {"answer": "redirect"}, {"location": 1}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"login_page: {next(iter(parameters))}: "):
        catalogue.make("login_page", parameters)


async def test_bare_mitmdump_redirects(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("login_page", "requestheaders", flow, "answer=303", "location=/sso")
    assert flow.response is not None
    assert (flow.response.status_code, flow.response.headers["location"]) == (303, "/sso")
