"""/info and the greeting."""

import json

import pytest

from lab.server.dialects import DIALECTS


async def test_info_says_what_the_endpoint_can_do(serve, fetch) -> None:
    url = await serve() + "/info"
    first, second = [await fetch("GET", url, headers={"Origin": "http://page.test"}) for _ in range(2)]
    assert first.status == 200
    assert first.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert first.headers["Cache-Control"] == DIALECTS["current"].not_cached
    assert first.headers["Access-Control-Allow-Origin"] == "http://page.test"
    assert "Set-Cookie" not in first.headers
    info = json.loads(first.text)
    entropy = info.pop("entropy")
    assert info == {"websocket": True, "cookie_needed": False, "origins": ["*:*"]}
    assert 0 <= entropy < 2**32
    assert json.loads(second.text)["entropy"] != entropy


async def test_info_follows_the_options(serve, fetch) -> None:
    answer = await fetch("GET", await serve(cookie=True, websocket=False) + "/info")
    info = json.loads(answer.text)
    assert (info["websocket"], info["cookie_needed"]) == (False, True)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["", "/"])
async def test_greeting_greets(serve, fetch, path: str) -> None:
    answer = await fetch("GET", await serve(cookie=True) + path)
    assert (answer.status, answer.text) == (200, "Welcome to SockJS!\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "Set-Cookie" not in answer.headers


async def test_head_gets_no_body(serve, fetch) -> None:
    answer = await fetch("HEAD", await serve())
    assert (answer.status, answer.text, answer.headers["Content-Length"]) == (200, "", "19")


async def test_http_1_0_keeps_the_connection_where_asked(serve, connect) -> None:
    wire = await connect(await serve())
    for _ in range(2):
        await wire.request("GET", "/echo", "Connection: Keep-Alive", http="1.0")
        assert b"Transfer-Encoding" not in wire.head
        assert await wire.reader.readexactly(19) == b"Welcome to SockJS!\n"
