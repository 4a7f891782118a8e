from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize("answer", [404, 503, 407])
async def test_status_answers_info(catalogue: Catalogue, authority: Authority, passes: Any, answer: int) -> None:
    async with Bench(catalogue.make("block_info", {"answer": answer}), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info?t=1699999999999")
        assert (passed.asked, passed.status) == (None, answer)
        assert bench.figures("hop1", "behaviour", "did") == [f"answered with {answer} because of /info"]


async def test_html_is_a_page_with_200_and_no_frames(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("block_info", {"answer": "html"}), authority=authority) as bench:
        passed = await passes(bench, "GET /echo/info")
        assert (passed.asked, passed.status) == (None, 200)
        assert passed.head.headers["content-type"].startswith("text/html")
        # The client takes the first character of each line for the type of a frame.
        assert {line[:1] for line in passed.body.splitlines()} == {b"<"}


async def test_close_ends_the_connection(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("block_info", {"answer": "close"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        assert await browser.rest() == b""
        assert not bench.reached


@pytest.mark.parametrize("path", ["/echo/000/abc/xhr", "/echo/information", "/info/000/abc/websocket", "/?x=/info"])
async def test_other_paths_pass(catalogue: Catalogue, authority: Authority, passes: Any, path: str) -> None:
    async with Bench(catalogue.make("block_info", {}), authority=authority) as bench:
        assert (await passes(bench, f"GET {path}")).asked.start == f"GET {path} HTTP/1.1"
        assert bench.events("hop1") == []


@pytest.mark.parametrize("answer", ["page", 199, "HTML"])
def test_wrong_answer_is_refused(catalogue: Catalogue, answer: object) -> None:
    with pytest.raises(UsageError, match="block_info: answer: "):
        catalogue.make("block_info", {"answer": answer})


async def test_bare_mitmdump_answers_info(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/echo/info?t=1"))
    await bare("block_info", "requestheaders", flow, "answer=html")
    assert flow.response is not None
    assert flow.response.status_code == 200
