"""The events of requests and sessions."""


async def test_request_and_answer_are_told(serve, fetch, log) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr?t=1", headers={"X-A": "1"})
    request, frame, opened, response, end = [event for event in log if event.vantage == "server"]
    headers = request.data["headers"]
    assert ["X-A", "1"] in headers
    assert request.data == {
        "request": 1,
        "method": "POST",
        "path": "/echo/000/s/xhr?t=1",
        "http": "1.1",
        "headers": headers,
        "upgrade": False,
        "session": "s",
        "transport": "xhr",
    }
    assert (frame.kind, frame.data) == ("frame.out", {"session": "s", "type": "o", "bytes": 1})
    assert (opened.kind, opened.data) == ("session.open", {"session": "s", "transport": "xhr"})
    assert (response.kind, response.data["request"], response.data["status"]) == ("response", 1, 200)
    assert ["Content-Length", "2"] in response.data["headers"]
    assert (end.kind, end.data) == ("response.end", {"request": 1, "bytes": 2, "why": "done"})


async def test_messages_are_told_and_cut(serve, fetch, log) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    await fetch("POST", url + "/xhr_send", data=f'["{"☃" * 300}"]')
    told = {event.kind: event.data for event in log if event.kind.startswith("message")}
    assert told["message.in"] == told["message.out"] == {"session": "s", "text": "☃" * 200, "bytes": 900}


async def test_websocket_handshake_is_told(serve, client, log) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket"):
        pass
    end = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert end.data == {"request": 1, "bytes": 0, "why": "done"}
    told = {event.kind: event.data for event in log}
    assert told["request"]["upgrade"] is True
    assert told["response"]["status"] == 101
    assert told["session.close"]["by"] == "client"


async def test_refused_request_is_told(serve, fetch, log) -> None:
    await fetch("GET", await serve() + "/nothing")
    told = {event.kind: event.data for event in log}
    assert "session" not in told["request"]
    assert told["response"]["status"] == 404
    assert told["response.end"]["why"] == "done"


async def test_client_that_leaves_is_told(serve, connect, log) -> None:
    wire = await connect(await serve())
    await wire.request("GET", "/echo/000/s/eventsource")
    await wire.chunk()
    await wire.close()
    end = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert end.data["why"] == "client gone"
