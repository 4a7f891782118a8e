"""xhr-polling and xhr_send, over real sockets."""

import json

import pytest

from lab.server.dialects import DIALECTS

AWAY = 'c[3000,"Go away!"]\n'


async def test_poll_opens_session(serve, fetch) -> None:
    answer = await fetch("POST", await serve() + "/000/s/xhr")
    assert (answer.status, answer.text) == (200, "o\n")
    assert answer.headers["Content-Type"] == "application/javascript; charset=UTF-8"
    assert answer.headers["Cache-Control"] == DIALECTS["current"].not_cached
    assert answer.headers["Content-Length"] == "2"
    assert "Set-Cookie" not in answer.headers


async def test_message_is_echoed(serve, fetch) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    sent = await fetch("POST", url + "/xhr_send", data='["x☃"]')
    assert (sent.status, sent.text) == (204, "")
    assert sent.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert sent.headers["Cache-Control"] == DIALECTS["current"].not_cached
    assert (await fetch("POST", url + "/xhr")).text == 'a["x☃"]\n'


async def test_waiting_poll_gets_message(serve, connect, fetch, log) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr")
    wire = await connect(url)
    wire.writer.write(b"POST /echo/000/s/xhr HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 2, timeout_s=5)
    await fetch("POST", url + "/000/s/xhr_send", data='["x"]')
    head, _, body = (await wire.reader.readuntil(b'a["x"]\n')).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert body == b'a["x"]\n'


async def test_server_part_of_url_is_ignored(serve, fetch) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr")
    await fetch("POST", url + "/000/s/xhr_send", data='["a"]')
    assert (await fetch("POST", url + "/999/s/xhr")).text == 'a["a"]\n'


async def test_unknown_session_takes_no_messages(serve, fetch) -> None:
    assert (await fetch("POST", await serve() + "/000/s/xhr_send", data='["x"]')).status == 404


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'["x', "Broken JSON encoding."),
        (b'["\xff"]', "Broken JSON encoding."),
        (b"", "Payload expected."),
        (b'"x"', "Payload expected."),
        (b"[null]", "Payload expected."),
    ],
)
async def test_bad_body_is_refused_and_harms_nothing(serve, fetch, body: bytes, text: str) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    answer = await fetch("POST", url + "/xhr_send", data=body)
    assert (answer.status, answer.text) == (500, text)
    await fetch("POST", url + "/xhr_send", data='["a"]')
    assert (await fetch("POST", url + "/xhr")).text == 'a["a"]\n'


async def test_any_content_type_is_taken(serve, fetch) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    types = ["text/plain", "T", "application/json", "application/xml", "", "text/xml; charset=utf-8"]
    for content_type in types:
        answer = await fetch("POST", url + "/xhr_send", data=b'["a"]', headers={"Content-Type": content_type})
        assert answer.status == 204
    assert json.loads((await fetch("POST", url + "/xhr")).text[1:]) == ["a"] * len(types)


async def test_empty_array_is_taken(serve, fetch) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    assert (await fetch("POST", url + "/xhr_send", data="[]")).status == 204


@pytest.mark.parametrize("chunked", [False, True])
async def test_too_large_body_is_refused(serve, fetch, chunked: bool) -> None:
    url = await serve(message_limit=1000) + "/000/s"
    await fetch("POST", url + "/xhr")
    body = json.dumps(["x" * 1000]).encode()

    async def pieces():
        yield body

    assert (await fetch("POST", url + "/xhr_send", data=pieces() if chunked else body)).status == 413
    assert (await fetch("POST", url + "/xhr_send", data='["a"]')).status == 204


async def test_broken_chunks_are_refused(serve, fetch, connect) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr")
    wire = await connect(url)
    wire.writer.write(
        b"POST /echo/000/s/xhr_send HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n[]\r\n"
    )
    assert (await wire.reader.readline()).split()[1] == b"400"


async def test_closed_session_says_so_to_every_poll(serve, fetch) -> None:
    url = await serve("close") + "/000/s/xhr"
    assert (await fetch("POST", url)).text == "o\n"
    assert (await fetch("POST", url)).text == AWAY
    assert (await fetch("POST", url)).text == AWAY


async def test_second_poll_is_turned_away(serve, fetch, connect, log) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr")
    wire = await connect(url)
    wire.writer.write(b"POST /echo/000/s/xhr HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 2, timeout_s=5)
    answer = await fetch("POST", url + "/000/s/xhr")
    assert (answer.status, answer.text) == (200, 'c[2010,"Another connection still open"]\n')


async def test_aborted_poll_ends_session(serve, fetch, connect, log) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr")
    wire = await connect(url)
    wire.writer.write(b"POST /echo/000/s/xhr HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 2, timeout_s=5)
    await wire.close()
    assert (await fetch("POST", url + "/000/s/xhr")).text == 'c[1002,"Connection interrupted"]\n'
    (closed,) = [event.data for event in log if event.kind == "session.close"]
    reason = "Connection interrupted"
    assert closed == {"endpoint": "/echo", "session": "s", "code": 1006, "reason": reason, "by": "gone"}


async def test_session_without_poll_times_out(serve, fetch, log) -> None:
    url = await serve(disconnect_delay_s=0.05) + "/000/s/xhr"
    await fetch("POST", url)
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"
    # The session is forgotten: the same id makes a new one.
    assert (await fetch("POST", url)).text == "o\n"


async def test_silent_poll_gets_heartbeat(serve, fetch) -> None:
    url = await serve(heartbeat_s=0.05) + "/000/s/xhr"
    await fetch("POST", url)
    assert (await fetch("POST", url)).text == "h\n"


async def test_too_many_waiting_messages_close_session(serve, fetch) -> None:
    url = await serve(queue_limit=10) + "/000/s"
    await fetch("POST", url + "/xhr")
    await fetch("POST", url + "/xhr_send", data=json.dumps(["x" * 11]))
    assert (await fetch("POST", url + "/xhr")).text == 'c[1013,"Too many messages waiting"]\n'


async def test_sessions_of_another_endpoint_are_out_of_reach(serve, fetch) -> None:
    one, other = await serve(), await serve()
    await fetch("POST", one + "/000/s/xhr")
    assert (await fetch("POST", other + "/000/s/xhr_send", data='["x"]')).status == 404
    assert (await fetch("POST", other + "/000/s/xhr")).text == "o\n"


@pytest.mark.parametrize("name", ["xhr", "xhr_send"])
async def test_get_is_not_allowed(serve, fetch, name: str) -> None:
    answer = await fetch("GET", await serve() + f"/000/s/{name}")
    assert (answer.status, answer.text, answer.headers["Allow"]) == (405, "", "OPTIONS, POST")
    assert "Content-Type" not in answer.headers


async def test_http_1_0_polls(serve, connect) -> None:
    wire = await connect(await serve())
    await wire.request("POST", "/echo/000/s/xhr", http="1.0")
    assert b"Transfer-Encoding" not in wire.head
    assert await wire.rest() == b"o\n"
