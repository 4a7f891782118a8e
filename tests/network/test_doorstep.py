from typing import Any

import pytest

from lab.network.doorstep import as_server, session_of

REQUEST = {
    "flow": 3, "method": "POST", "url": "http://h:1/a/echo/000/abc/xhr?t=1", "http": "HTTP/1.1",
    "headers": [["A", "b"]], "upgrade": False, "conn": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("request", REQUEST, ("request", {
            "request": 3, "method": "POST", "path": "/a/echo/000/abc/xhr?t=1", "http": "HTTP/1.1",
            "headers": [["A", "b"]], "upgrade": False, "session": "abc", "transport": "xhr",
        })),
        ("response", {"flow": 3, "status": 200, "headers": []},
         ("response", {"request": 3, "status": 200, "headers": []})),
        ("response.end", {"flow": 3, "bytes": 5}, ("response.end", {"request": 3, "bytes": 5, "why": "done"})),
        ("error", {"flow": 3, "by": "client"}, ("response.end", {"request": 3, "bytes": 0, "why": "client gone"})),
        ("ws.close", {"flow": 3, "by": "server"}, ("response.end", {"request": 3, "bytes": 0, "why": "done"})),
        ("response.data", {"flow": 3}, None),
        ("tcp.open", {"conn": 1}, None),
    ],
)  # fmt: skip
def test_doorstep_tells_as_the_server_would(kind: str, data: dict[str, Any], expected: Any) -> None:
    assert as_server(kind, data) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/echo/000/abc/websocket", {"session": "abc", "transport": "websocket"}),
        ("/echo/info", {}),
        ("/echo/iframe.html", {}),
        ("/", {}),
    ],
)
def test_session_is_read_from_the_url(path: str, expected: dict[str, str]) -> None:
    assert session_of(path) == expected
