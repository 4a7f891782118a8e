"""What the texts of the protocol disagree on."""

import pytest


@pytest.mark.parametrize(("text", "origin"), [("current", "null"), ("0.3.3", "*")])
async def test_page_without_an_origin_is_named_so(serve, fetch, text: str, origin: str) -> None:
    url = await serve(protocol=text)
    for method, path in (("GET", "/info"), ("OPTIONS", "/info"), ("POST", "/0/s/xhr")):
        answer = await fetch(method, url + path, headers={"Origin": "null"})
        assert answer.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("current", "no-store, no-cache, no-transform, must-revalidate, max-age=0"),
        ("0.3.3", "no-store, no-cache, must-revalidate, max-age=0"),
    ],
)
async def test_answers_of_sessions_are_not_cached(serve, fetch, text: str, value: str) -> None:
    url = await serve(protocol=text)
    assert (await fetch("GET", url + "/info")).headers["Cache-Control"] == value
    assert (await fetch("POST", url + "/0/s/xhr")).headers["Cache-Control"] == value


@pytest.mark.parametrize(("text", "body"), [("current", '/**/cb("o");\r\n'), ("0.3.3", 'cb("o");\r\n')])
async def test_script_begins_with_a_comment_or_the_call(serve, fetch, text: str, body: str) -> None:
    assert (await fetch("GET", await serve(protocol=text) + "/0/s/jsonp?c=cb")).text == body


@pytest.mark.parametrize(
    ("text", "value"), [("current", "text/event-stream"), ("0.3.3", "text/event-stream; charset=UTF-8")]
)
async def test_event_stream_has_the_texts_own_type(serve, connect, text: str, value: str) -> None:
    wire = await connect(await serve(protocol=text))
    await wire.request("GET", "/echo/0/s/eventsource")
    assert f"Content-Type: {value}\r\n".encode() in wire.head


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("current", "    SockJS.bootstrap_iframe();\n"),
        ("0.3.3", "_sockjs_onload = function(){SockJS.bootstrap_iframe();};"),
    ],
)
async def test_iframe_starts_the_client_in_the_texts_own_way(serve, fetch, text: str, script: str) -> None:
    assert script in (await fetch("GET", await serve(protocol=text) + "/iframe.html")).text
