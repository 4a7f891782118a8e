from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("parameters", "body", "came", "times"),
    [
        ({"find": "sockjs.js", "put": "old.js"}, "<script src=sockjs.js> sockjs.js", "<script src=old.js> old.js", 2),
        ({"find": "é"}, "été", "t", 2),
        ({"find": "z"}, "abc", "abc", 0),
        ({"find": "a", "types": ["text/plain"]}, "abc", "abc", 0),
    ],
)
async def test_text_is_replaced(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    body: str,
    came: str,
    times: int,
) -> None:
    async with Bench(catalogue.make("replace_text", parameters), authority=authority) as bench:
        raw = f"{HEAD}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
        assert (await passes(bench, "GET /", raw)).body.decode() == came
        assert sum(bench.figures("hop1", "behaviour", "times")) == times


@pytest.mark.parametrize("parameters", [{"find": ""}, {"find": "x", "types": []}, {}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"replace_text: (find|types): "):
        catalogue.make("replace_text", parameters)


async def test_bare_mitmdump_needs_the_text(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp(headers=((b"content-type", b"text/html"), (b"content-length", b"7"))))
    await bare("replace_text", "responseheaders", flow, "find=x")
    assert flow.response is not None
    assert "content-length" not in flow.response.headers
    with pytest.raises(AssertionError, match="find: required"):
        await bare("replace_text", "responseheaders", flow)
