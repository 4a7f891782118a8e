import pytest

from lab.server.cookies import set_cookie


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (None, "dummy"),
        ("", "dummy"),
        ("other=1", "dummy"),
        ("XJSESSIONID=1", "dummy"),
        ("JSESSIONID=", "dummy"),
        ("JSESSIONID=abcdef", "abcdef"),
        ("a=b; JSESSIONID=node1.x~y!; c=d", "node1.x~y!"),
        # What cannot stand in a cookie is not given back.
        ('JSESSIONID="a b"', "dummy"),
        ("JSESSIONID=a,b", "dummy"),
    ],
)
def test_set_cookie_gives_back_what_it_got(header: str | None, value: str) -> None:
    assert set_cookie(header) == f"JSESSIONID={value}; Path=/"


@pytest.mark.parametrize(
    ("header", "value"),
    [(None, "dummy.node2"), ("JSESSIONID=dummy.node1", "dummy.node2"), ("JSESSIONID=abc", "abc.node2")],
)
def test_node_puts_its_name_behind_the_cookie(header: str | None, value: str) -> None:
    assert set_cookie(header, node="node2") == f"JSESSIONID={value}; Path=/"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/000/s/xhr", None),
        ("POST", "/000/t/xhr_send", '["x"]'),
        ("GET", "/000/s/jsonp?c=x", None),
        ("POST", "/000/t/jsonp_send", '["x"]'),
        ("OPTIONS", "/000/s/xhr", None),
    ],
)
async def test_session_urls_set_the_cookie(serve, fetch, method: str, path: str, body: str | None) -> None:
    url = await serve(cookie=True)
    await fetch("POST", url + "/000/t/xhr")
    answer = await fetch(method, url + path, data=body, headers={"Cookie": "JSESSIONID=abc"})
    assert answer.headers["Set-Cookie"] == "JSESSIONID=abc; Path=/"


@pytest.mark.parametrize(
    ("method", "name"), [("POST", "xhr_streaming"), ("GET", "eventsource"), ("GET", "htmlfile?c=x")]
)
async def test_streams_set_the_cookie(serve, connect, method: str, name: str) -> None:
    wire = await connect(await serve(cookie=True))
    await wire.request(method, f"/echo/000/s/{name}")
    assert b"\r\nSet-Cookie: JSESSIONID=dummy; Path=/\r\n" in wire.head


def test_set_cookie_is_for_all_sites_over_tls() -> None:
    assert set_cookie(None, secure=True) == "JSESSIONID=dummy; Path=/; SameSite=None; Secure"
