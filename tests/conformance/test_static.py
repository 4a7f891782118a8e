"""Greeting, iframe page, info, preflights."""

import json
import re

import pytest


@pytest.mark.parametrize("path", ["/echo", "/echo/"])
async def test_base_url_greets(ask, path: str, rules) -> None:
    answer = await ask("GET", path)
    assert (answer.status, answer.body) == (200, "Welcome to SockJS!\n")
    rules.is_type(answer, "text/plain;charset=UTF-8")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/"])
async def test_other_url_is_not_found(ask, path: str) -> None:
    assert (await ask("GET", "/echo" + path)).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/iframe.html",
        "/iframe-a.html",
        "/iframe-.html",
        "/iframe-0.1.2.html",
        "/iframe-0.1.2abc-dirty.2144.html",
        "/iframe-a.html?t=1234",
        "/iframe-0.1.2.html?t=123414",
    ],
)
async def test_iframe_page_is_served_under_every_version(ask, dialect, path: str, rules) -> None:
    answer = await ask("GET", "/echo" + path)
    assert answer.status == 200
    rules.is_type(answer, "text/html;charset=UTF-8")
    rules.is_kept_for_a_year(answer)
    assert answer.headers["etag"]
    assert "last-modified" not in answer.headers
    assert "set-cookie" not in answer.headers
    url = re.search(r'<script src="([^"]*)"></script>', answer.body)
    assert url is not None
    assert url[1].startswith(("/", "http"))
    assert dialect.iframe_scripts.format(sockjs_url=url[1]) in answer.body
    assert answer.body.startswith("<!DOCTYPE html>\n<html>\n<head>\n  <meta http-equiv=")
    assert "<p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>" in answer.body


@pytest.mark.parametrize(
    "path", ["/iframe.htm", "/iframe", "/IFRAME.HTML", "/IFRAME", "/iframe.HTML", "/iframe.xml", "/iframe-/.html"]
)
async def test_malformed_iframe_url_is_not_found(ask, path: str) -> None:
    assert (await ask("GET", "/echo" + path)).status == 404


async def test_iframe_page_is_not_sent_to_who_has_it(ask) -> None:
    first, second = [(await ask("GET", "/echo/iframe.html")).headers["etag"] for _ in range(2)]
    assert first == second
    answer = await ask("GET", "/echo/iframe.html", {"If-None-Match": first})
    assert (answer.status, answer.body) == (304, "")
    assert "content-type" not in answer.headers


async def test_info_says_what_there_is(ask, dialect, rules) -> None:
    answer = await ask("GET", "/echo/info", {"Origin": "test"})
    assert answer.status == 200
    rules.is_type(answer, "application/json;charset=UTF-8")
    rules.is_not_cached(answer, dialect)
    rules.allows(answer, "test")
    assert "set-cookie" not in answer.headers
    info = json.loads(answer.body)
    assert info["websocket"] is True
    assert info["cookie_needed"] in (True, False)
    assert info["origins"] == ["*:*"]
    assert type(info["entropy"]) is int


async def test_info_allows_everybody_where_no_origin_asks(ask) -> None:
    assert (await ask("GET", "/echo/info")).headers["access-control-allow-origin"] == "*"


async def test_entropy_is_32_bits_and_never_the_same(ask) -> None:
    drawn = [json.loads((await ask("GET", "/echo/info")).body)["entropy"] for _ in range(10)]
    assert len(set(drawn)) == 10
    assert all(0 <= number < 2**32 for number in drawn)


async def test_info_says_that_websockets_are_disabled(ask) -> None:
    assert json.loads((await ask("GET", "/disabled_websocket_echo/info")).body)["websocket"] is False


async def test_info_says_that_a_cookie_is_needed_and_sets_none(ask) -> None:
    answer = await ask("GET", "/cookie_needed_echo/info")
    assert json.loads(answer.body)["cookie_needed"] is True
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/info", "OPTIONS, GET"),
        ("/abc/abc/xhr", "OPTIONS, POST"),
        ("/abc/abc/xhr_send", "OPTIONS, POST"),
        ("/abc/abc/xhr_streaming", "OPTIONS, POST"),
    ],
)
@pytest.mark.parametrize("origin", ["", "test", "null"])
async def test_preflight_is_answered_for_a_year(ask, dialect, path: str, methods: str, origin: str, rules) -> None:
    asked = {"Access-Control-Request-Method": methods} | ({"Origin": origin} if origin else {})
    answer = await ask("OPTIONS", "/echo" + path, asked)
    assert (answer.status, answer.body) == (204, "")
    rules.is_kept_for_a_year(answer)
    assert int(answer.headers["access-control-max-age"]) > 1000000
    assert answer.headers["access-control-allow-methods"] == methods
    rules.allows(answer, {"": "*", "null": dialect.null_origin}.get(origin, origin), None if origin else dialect)


@pytest.mark.parametrize(("asked", "echoed"), [("a, b, c", "a, b, c"), ("", None), (None, None)])
@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
async def test_request_headers_are_echoed(
    ask, session, method: str, asked: str | None, echoed: str | None, rules
) -> None:
    headers = {"Origin": "test"} | ({"Access-Control-Request-Headers": asked} if asked is not None else {})
    answer = await ask(method, session() + "/xhr", headers)
    assert answer.status in (200, 204)
    rules.allows(answer, "test")
    assert answer.headers.get("access-control-allow-headers") == echoed
