"""HTTP/1.0 and HTTP/1.1: lengths, chunks, kept connections."""

GREETING = b"Welcome to SockJS!\n"


async def test_http_1_0_keeps_a_connection_where_asked_or_says_that_it_does_not(connect, ours) -> None:
    line = await connect()
    for _ in range(2):
        await line.ask("GET", "/echo", {"Connection": "Keep-Alive"}, http="1.0")
        assert line.status == 200
        assert "transfer-encoding" not in line.headers
        if line.headers.get("connection", "").lower() != "keep-alive":
            assert not ours
            assert await line.rest() == GREETING
            return
        assert line.headers["content-length"] == "19"
        assert await line.exactly(19) == GREETING


async def test_http_1_0_ends_a_connection_by_default(connect) -> None:
    line = await connect()
    await line.ask("GET", "/echo", http="1.0")
    assert await line.rest() == GREETING


async def test_http_1_0_streams_until_the_connection_ends(connect, session) -> None:
    line = await connect()
    await line.ask("POST", session("close") + "/xhr_streaming", {"Connection": "Keep-Alive"}, http="1.0")
    assert line.status == 200
    assert "transfer-encoding" not in line.headers
    assert "content-length" not in line.headers
    assert await line.rest() == b"h" * 2048 + b'\no\nc[3000,"Go away!"]\n'


async def test_http_1_1_keeps_a_connection(connect) -> None:
    line = await connect()
    for _ in range(2):
        await line.ask("GET", "/echo")
        assert line.headers.get("connection", "").lower() in ("", "keep-alive")
        assert ("content-length" in line.headers) != ("transfer-encoding" in line.headers)
        assert await line.body() == GREETING.decode()


async def test_http_1_1_streams_in_chunks(connect, session) -> None:
    line = await connect()
    await line.ask("POST", session("close") + "/xhr_streaming")
    assert line.headers["transfer-encoding"].lower() == "chunked"
    assert "content-length" not in line.headers
    assert [await line.chunk() for _ in range(4)] == ["h" * 2048 + "\n", "o\n", 'c[3000,"Go away!"]\n', ""]


async def test_connection_serves_on_after_a_stream(connect, session) -> None:
    line = await connect()
    await line.ask("POST", session("close") + "/xhr_streaming")
    while await line.chunk():
        pass
    await line.ask("GET", "/echo")
    assert await line.body() == GREETING.decode()
