"""jsonp-polling and jsonp_send."""

import pytest

from lab.server.dialects import DIALECTS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_poll_calls_back(serve, fetch) -> None:
    url = await serve() + "/000/s"
    answer = await fetch("GET", url + "/jsonp?c=%63allback")
    assert (answer.status, answer.text) == (200, '/**/callback("o");\r\n')
    assert answer.headers["Content-Type"] == "application/javascript; charset=UTF-8"
    assert answer.headers["Cache-Control"] == DIALECTS["current"].not_cached
    sent = await fetch("POST", url + "/jsonp_send", data="d=%5B%22x%22%5D", headers=FORM)
    assert (sent.status, sent.text) == (200, "ok")
    assert sent.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert sent.headers["Cache-Control"] == DIALECTS["current"].not_cached
    assert (await fetch("GET", url + "/jsonp?c=_jp.abc123")).text == '/**/_jp.abc123("a[\\"x\\"]");\r\n'


async def test_send_takes_plain_text_as_it_is(serve, fetch) -> None:
    url = await serve() + "/000/s"
    await fetch("GET", url + "/jsonp?c=x")
    await fetch("POST", url + "/jsonp_send", data="d=%5B%22abc%22%5D", headers=FORM)
    sent = await fetch("POST", url + "/jsonp_send", data='["%61bc"]', headers={"Content-Type": "text/plain"})
    assert sent.text == "ok"
    assert (await fetch("GET", url + "/jsonp?c=x")).text == '/**/x("a[\\"abc\\",\\"%61bc\\"]");\r\n'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("d=%5B%22x", "Broken JSON encoding."),
        ("", "Payload expected."),
        ("d=", "Payload expected."),
        ("p=p", "Payload expected."),
        ("d=%FF", "Payload expected."),
        ("&".join(f"a{n}=1" for n in range(200)), "Payload expected."),
    ],
)
async def test_bad_form_is_refused_and_harms_nothing(serve, fetch, body: str, text: str) -> None:
    url = await serve() + "/000/s"
    await fetch("GET", url + "/jsonp?c=x")
    answer = await fetch("POST", url + "/jsonp_send", data=body, headers=FORM)
    assert (answer.status, answer.text) == (500, text)
    assert (await fetch("POST", url + "/jsonp_send", data="d=%5B%22b%22%5D", headers=FORM)).text == "ok"
    assert (await fetch("GET", url + "/jsonp?c=x")).text == '/**/x("a[\\"b\\"]");\r\n'


async def test_unknown_session_takes_no_messages(serve, fetch) -> None:
    url = await serve() + "/000/s/jsonp_send"
    assert (await fetch("POST", url, data="d=%5B%22x%22%5D", headers=FORM)).status == 404


async def test_closed_session_says_so_to_every_poll(serve, fetch) -> None:
    url = await serve("close") + "/000/s/jsonp?c=x"
    texts = [(await fetch("GET", url)).text for _ in range(3)]
    assert texts == ['/**/x("o");\r\n', *['/**/x("c[3000,\\"Go away!\\"]");\r\n'] * 2]
