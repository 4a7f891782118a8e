from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "status", "beginnings"),
    [
        # No line that a client would take for a frame.
        ({}, 200, {b"<"}),
        ({"line": "ok"}, 200, {b"<", b"o"}),
        ({"status": 403, "title": "opened & closed"}, 403, {b"<"}),
        ({"html": "a\no\n", "line": "b"}, 200, {b"a", b"o"}),
    ],
)
async def test_page_is_the_answer(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    status: int,
    beginnings: set[bytes],
) -> None:
    async with Bench(catalogue.make("block_page", parameters), authority=authority) as bench:
        passed = await passes(bench, "POST /echo/000/abc/xhr", body="x")
        assert (passed.asked, passed.status) == (None, status)
        assert passed.head.headers["content-type"] == "text/html; charset=utf-8"
        assert {line[:1] for line in passed.body.splitlines()} == beginnings
        assert bench.figures("hop1", "behaviour", "did") == [f"answered with {status} because of its block page"]


async def test_line_stands_on_a_line_of_its_own(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("block_page", {"line": "ok"}), authority=authority) as bench:
        assert b"\nok\n" in (await passes(bench, "GET /echo/info")).body


async def test_title_is_escaped(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("block_page", {"title": "<b>"}), authority=authority) as bench:
        assert b"<h1>&lt;b&gt;</h1>" in (await passes(bench, "GET /echo/info")).body


@pytest.mark.parametrize("parameters", [{"status": 100}, {"line": None}, {"body": "x"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"block_page: {next(iter(parameters))}: "):
        catalogue.make("block_page", parameters)


async def test_bare_mitmdump_answers_with_the_page(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("block_page", "requestheaders", flow, "line=ok")
    assert flow.response is not None
    assert "\nok\n" in (flow.response.text or "")
