import pytest

from lab.server import cors
from lab.server.cors import headers, preflight_headers
from lab.server.dialects import DIALECTS, Protocol

CURRENT = DIALECTS["current"]
PAGE = "http://page.test"


@pytest.mark.parametrize(
    ("origin", "answer"),
    [("null", "null"), ("test", "test"), (PAGE, PAGE), ("https://a:1", "https://a:1")],
)
def test_headers_name_the_origin(origin: str, answer: str) -> None:
    assert headers({"origin": origin}, None, CURRENT) == {
        "Access-Control-Allow-Origin": answer,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


@pytest.mark.parametrize(("text", "with_cookies"), [("current", False), ("0.3.3", True)])
def test_headers_allow_everybody_where_no_origin_asks(text: Protocol, with_cookies: bool) -> None:
    got = headers({}, None, DIALECTS[text])
    assert got["Access-Control-Allow-Origin"] == "*"
    assert ("Access-Control-Allow-Credentials" in got) is with_cookies


@pytest.mark.parametrize(("asked", "allowed"), [("a, b, c", "a, b, c"), ("", None)])
def test_headers_echo_the_headers_asked_for(asked: str, allowed: str | None) -> None:
    assert (
        headers({"access-control-request-headers": asked}, None, CURRENT).get("Access-Control-Allow-Headers")
        == allowed
    )


def test_headers_allow_nothing_to_other_origins() -> None:
    allowed = frozenset({PAGE})
    assert "Access-Control-Allow-Origin" in headers({"origin": PAGE}, allowed, CURRENT)
    assert headers({"origin": "http://other.test"}, allowed, CURRENT) == {"Vary": "Origin"}
    refused = preflight_headers({"origin": "http://other.test"}, "OPTIONS, POST", allowed, CURRENT)
    assert not [name for name in refused if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/info", "OPTIONS, GET"),
        ("/abc/abc/xhr", "OPTIONS, POST"),
        ("/abc/abc/xhr_send", "OPTIONS, POST"),
        ("/abc/abc/xhr_streaming", "OPTIONS, POST"),
        ("/abc/abc/eventsource", "OPTIONS, GET"),
    ],
)
@pytest.mark.parametrize(("origin", "answer"), [(None, "*"), ("test", "test"), ("null", "null")])
async def test_options_may_be_kept_for_a_year(serve, fetch, path, methods, origin, answer) -> None:
    asked = {"Origin": origin} if origin else {}
    got = await fetch("OPTIONS", await serve() + path, headers=asked | {"Access-Control-Request-Headers": "x-a"})
    assert (got.status, got.text) == (204, "")
    assert got.headers["Cache-Control"] == "public, max-age=31536000"
    assert got.headers["Expires"].endswith(" GMT")
    assert got.headers["Access-Control-Max-Age"] == "31536000"
    assert got.headers["Access-Control-Allow-Methods"] == methods
    assert got.headers["Access-Control-Allow-Origin"] == answer
    assert got.headers.get("Access-Control-Allow-Credentials") == ("true" if origin else None)
    assert got.headers["Access-Control-Allow-Headers"] == "x-a"


@pytest.mark.parametrize(("path", "status"), [("/000/s/xhr", 200), ("/000/unknown/xhr_send", 404)])
async def test_answers_may_be_read_across_origins(serve, fetch, path: str, status: int) -> None:
    answer = await fetch("POST", await serve() + path, headers={"Origin": PAGE})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, PAGE)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Example.com", "https://example.com"),
        ("https://example.com:443/", "https://example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:81", "http://[::1]:81"),
    ],
)
def test_origin_is_written_as_browsers_do(text: str, origin: str) -> None:
    assert cors.origin(text) == origin


@pytest.mark.parametrize("text", ["example.com", "*", "http://a/b", "http://u@a", "http://a:x", ""])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        cors.origin(text)
