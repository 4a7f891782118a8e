from typing import Any

from lab.events import Event
from lab.report.har import har_of

NEW = (0, "browser", "client.new", {"connection": "main", "url": "https://a.test/echo"})


def entries(*rows: tuple[float, str, str, dict[str, Any]], began_at: float = 1_000.0) -> list[dict[str, Any]]:
    events = [Event(*row) for row in rows]
    har = har_of(events, title="a case", browser=("webkit", "2.50"), began_at=began_at)
    assert har["log"]["version"] == "1.2"
    assert har["log"]["browser"] == {"name": "webkit", "version": "2.50"}
    found: list[dict[str, Any]] = har["log"]["entries"]
    for entry in found:
        assert entry["time"] == sum(entry["timings"].values())
        assert {"request", "response", "cache", "startedDateTime"} <= entry.keys()
    return found


def asked(t: float, side: str, key: str, path: str, **more: Any) -> tuple[float, str, str, dict[str, Any]]:
    named = {"url": f"http://a.test{path}"} if side.startswith("hop") else {"path": path}
    headers = [["Host", "a.test"], *more.pop("headers", [])]
    return (t, side, "request", {key: 1, "method": "GET", "http": "HTTP/1.1", "headers": headers, **named, **more})


def test_har_has_each_request_once_as_the_nearest_vantage_saw_it() -> None:
    (entry,) = entries(
        asked(10, "hop1.client", "flow", "/echo/info?t=1"),
        asked(11, "hop1.server", "flow", "/echo/info?t=1"),
        asked(12, "server", "request", "/echo/info?t=1"),
        (13, "server", "response", {"request": 1, "status": 200, "headers": []}),
        (15, "hop1.client", "response", {"flow": 1, "status": 200, "headers": [["Content-Type", "text/plain"]]}),
        (16, "hop1.client", "response.data", {"flow": 1, "bytes": 7, "total": 7}),
        (18, "hop1.client", "response.end", {"flow": 1, "bytes": 7}),
    )
    assert entry["_vantage"] == "hop1.client"
    assert entry["timings"] == {"send": 0, "wait": 5, "receive": 3}
    assert entry["startedDateTime"] == "1970-01-01T00:16:40.010Z"
    assert entry["request"]["url"] == "http://a.test/echo/info?t=1"
    assert entry["request"]["queryString"] == [{"name": "t", "value": "1"}]
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (200, "OK")
    content = entry["response"]["content"]
    assert (content["size"], content["mimeType"]) == (7, "text/plain")


def test_har_keeps_two_requests_for_one_url_apart() -> None:
    rows = []
    for number, at in ((1, 10), (2, 30)):
        rows += [
            (at, "server", "request", {"request": number, "method": "POST", "path": "/xhr", "headers": []}),
            (at + 9, "server", "response.end", {"request": number, "bytes": 1}),
        ]
    assert [entry["time"] for entry in entries(*rows)] == [9, 9]


def test_har_of_a_tunnel_takes_the_server_and_the_clients_scheme() -> None:
    (entry,) = entries(
        NEW,
        (1, "hop1.client", "connect", {"flow": 1, "host": "a.test", "port": 443}),
        asked(2, "server", "request", "/x"),
    )
    assert entry["request"]["url"] == "https://a.test/x"
    assert entry["_vantage"] == "server"


def test_har_of_an_answer_that_never_came_has_no_status() -> None:
    (entry,) = entries(
        asked(1, "hop1.client", "flow", "/x"), (9, "hop1.client", "error", {"flow": 1, "text": "reset", "by": "hop"})
    )
    assert (entry["response"]["status"], entry["response"]["_error"], entry["time"]) == (0, "reset", 8)


UPGRADE = {"headers": [["Upgrade", "websocket"], ["Connection", "Upgrade"]], "upgrade": True}


def test_har_has_the_frames_of_a_websocket_that_a_hop_saw() -> None:
    (entry,) = entries(
        asked(1, "hop1.client", "flow", "/echo/websocket", **UPGRADE),
        (2, "hop1.client", "response", {"flow": 1, "status": 101, "headers": []}),
        (3, "hop1.client", "ws.frame", {"flow": 1, "direction": "down", "bytes": 1, "text": "o"}),
        (4, "hop1.client", "ws.frame", {"flow": 1, "direction": "up", "bytes": 5, "text": '["a"]'}),
        (5, "hop1.client", "ws.close", {"flow": 1, "code": 1000, "by": "client"}),
    )
    assert entry["_resourceType"] == "websocket"
    assert entry["request"]["url"] == "ws://a.test/echo/websocket"
    assert entry["_webSocketMessages"] == [
        {"type": "receive", "time": 1_000.003, "opcode": 1, "data": "o"},
        {"type": "send", "time": 1_000.004, "opcode": 1, "data": '["a"]'},
    ]


def test_har_has_the_messages_of_a_websocket_that_only_the_server_read() -> None:
    (entry,) = entries(
        NEW,
        asked(1, "server", "request", "/echo/0/s/websocket", session="s", **UPGRADE),
        (3, "server", "message.in", {"session": "s", "text": "a", "bytes": 1}),
        (4, "server", "message.out", {"session": "s", "text": "a", "bytes": 1}),
        (5, "server", "message.in", {"session": "other", "text": "b", "bytes": 1}),
    )
    assert entry["request"]["url"].startswith("wss://")
    assert [(one["type"], one["data"]) for one in entry["_webSocketMessages"]] == [("send", "a"), ("receive", "a")]


def test_har_of_nothing_has_no_entries() -> None:
    assert entries() == []
