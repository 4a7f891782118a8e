"""Session URLs, frames, closing."""

import pytest

ANOTHER = 'c[2010,"Another connection still open"]\n'
GO_AWAY = 'c[3000,"Go away!"]\n'
INTERRUPTED = 'c[1002,"Connection interrupted"]\n'


@pytest.mark.parametrize("server", ["/a", "/_", "/1", "/abcdefgh_i-j%20"])
async def test_any_server_and_session_are_taken(ask, session, server: str) -> None:
    name = session().rsplit("/", 1)[1]
    answer = await ask("POST", f"/echo{server}/i-j%20{name}/xhr")
    assert (answer.status, answer.body) == (200, "o\n")


@pytest.mark.parametrize("part", ["//", "/a./a", "/a/a.", "/./.", "/", "///"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_invalid_path_is_not_found(ask, method: str, part: str) -> None:
    assert (await ask(method, f"/echo{part}/xhr")).status == 404


async def test_server_id_does_not_matter(ask, session) -> None:
    path = session()
    assert (await ask("POST", path + "/xhr")).body == "o\n"
    assert (await ask("POST", path + "/xhr_send", body='["a"]')).status == 204
    assert (await ask("POST", path.replace("/000/", "/999/") + "/xhr")).body == 'a["a"]\n'


async def test_session_opens_echoes_and_refuses_a_second_receiver(ask, connect, session) -> None:
    path = session()
    assert (await ask("POST", path + "/xhr")).body == "o\n"
    sent = await ask("POST", path + "/xhr_send", body='["a"]')
    assert (sent.status, sent.body) == (204, "")
    assert (await ask("POST", path + "/xhr")).body == 'a["a"]\n'
    waiting = await connect()
    waiting.writer.write(f"POST {path}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    await waiting.writer.drain()
    await settled(ask)
    answer = await ask("POST", path + "/xhr")
    assert (answer.status, answer.body) == (200, ANOTHER)


async def settled(ask) -> None:
    """Let the server read what was written before: it serves connections in the order of their bytes."""
    for _ in range(3):
        await ask("GET", "/echo")


async def test_unknown_session_takes_no_messages(ask) -> None:
    assert (await ask("POST", "/echo/000/bad_session/xhr_send", body='["a"]')).status == 404


async def test_closed_session_says_so_again_and_again(ask, session) -> None:
    path = session("close")
    bodies = [(await ask("POST", path + "/xhr")).body for _ in range(3)]
    assert bodies == ["o\n", GO_AWAY, GO_AWAY]


async def test_close_ends_streams_and_is_told_to_late_ones(connect, session) -> None:
    path = session("close")
    for expected in (["o\n", GO_AWAY], [GO_AWAY]):
        line = await connect()
        await line.ask("POST", path + "/xhr_streaming")
        await line.chunk()
        assert [await line.chunk() for _ in expected] == expected
        assert await line.chunk() == ""


async def test_second_stream_is_told_of_the_first(connect, session) -> None:
    path = session()
    first, second = await connect(), await connect()
    await first.ask("POST", path + "/xhr_streaming")
    await first.chunk()
    assert await first.chunk() == "o\n"
    await second.ask("POST", path + "/xhr_streaming")
    await second.chunk()
    assert [await second.chunk(), await second.chunk()] == [ANOTHER, ""]


async def test_aborted_stream_ends_its_session(connect, session, ours) -> None:
    path = session()
    first, third = await connect(), await connect()
    await first.ask("POST", path + "/xhr_streaming")
    await first.chunk()
    assert await first.chunk() == "o\n"
    await first.cut_now()
    await third.ask("POST", path + "/xhr_streaming")
    await third.chunk()
    # The text lets a server forget the session instead.
    told = await third.chunk()
    assert told == INTERRUPTED or (not ours and told == "o\n")


async def test_aborted_poll_ends_its_session(ask, connect, session, ours) -> None:
    path = session()
    assert (await ask("POST", path + "/xhr")).body == "o\n"
    poll = await connect()
    poll.writer.write(f"POST {path}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    await settled(ask)
    await poll.cut_now()
    told = (await ask("POST", path + "/xhr")).body
    assert told == INTERRUPTED or (not ours and told == "o\n")


@pytest.mark.parametrize("name", ["xhr", "xhr_send", "jsonp", "jsonp_send", "eventsource", "htmlfile", "websocket"])
async def test_wrong_method_is_not_allowed(ask, session, name: str) -> None:
    answer = await ask("DELETE", f"{session()}/{name}")
    assert (answer.status, answer.body) == (405, "")
    assert answer.headers["allow"]
    assert "content-type" not in answer.headers
