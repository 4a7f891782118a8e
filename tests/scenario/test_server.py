from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.server import INSTALL_MS, Server


def server(written: dict[str, Any]) -> Server:
    return validate_plain(Server, written, Reading())


@pytest.mark.parametrize(
    ("written", "ours", "path"),
    [
        ({}, True, "/echo"),
        ({"service": "broadcast", "heartbeat": "1s"}, True, "/echo"),
        ({"command": ["node", "server.js", "{port}"]}, False, "/echo"),
        (
            {"command": ["x", "{port}"], "prefix": "/a/b", "ready": "http://127.0.0.1:{port}/a", "within": "5s"},
            False,
            "/a/b",
        ),
        ({"url": "http://127.0.0.1:8081/chat/"}, False, "/chat"),
        ({"url": "https://example.test"}, False, ""),
    ],
)
def test_server_is_read(written: dict[str, Any], ours: bool, path: str) -> None:
    one = server(written)
    assert (one.is_ours, one.endpoint_path) == (ours, path)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"service": "nothing"}, ("service",)),
        ({"command": []}, ("command",)),
        ({"command": "node x"}, ("command",)),
        ({"command": ["x", "{port}"], "url": "http://h/"}, ("url",)),
        ({"command": ["x"]}, ("command",)),
        ({"command": ["x", "{prt}", "{port}"]}, ("command", 1)),
        ({"command": ["x", "{port}"], "within": "0s"}, ("within",)),
        ({"command": ["x", "{port}"], "heartbeat": "5s"}, ("heartbeat",)),
        ({"url": "http://h/", "cookie": True}, ("cookie",)),
        ({"url": "http://h/", "prefix": "/x"}, ("prefix",)),
        ({"prefix": "/x"}, ("prefix",)),
        ({"command": ["x"]}, ("command",)),
        ({"command": ["x"], "ready": "http://127.0.0.1:{port}/"}, ("command",)),
        ({"command": ["x"], "ready": "http://127.0.0.1/"}, ("command",)),
        ({"url": "http://h/echo?x=1"}, ("url",)),
        ({"url": "http://h/echo#y"}, ("url",)),
        ({"url": "http://h:{port}/echo"}, ("url",)),
        ({"command": ["x", "{port}"], "prefix": "x"}, ("prefix",)),
        ({"command": ["x", "{port}"], "prefix": "/x/"}, ("prefix",)),
        ({"command": ["x", "{port}"], "ready": "/x"}, ("ready",)),
        ({"url": "ws://h/"}, ("url",)),
        ({"url": "http://"}, ("url",)),
        ({"url": "http://h:x/"}, ("url",)),
        ({"url": "http://h/{prt}"}, ("url",)),
    ],
)
def test_wrong_server_is_refused(written: dict[str, Any], place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as raised:
        server(written)
    assert raised.value.errors()[0]["loc"] == place


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, 0.0),
        ({"url": "http://h/"}, 0.0),
        ({"command": ["x", "{port}"]}, 20_000.0),
        ({"command": ["x", "{port}"], "within": "5s"}, 5_000.0),
        ({"command": ["{sockjs-tornado}", "{port}"], "within": "5s"}, 5_000.0 + INSTALL_MS),
    ],
)
def test_server_is_given_the_time_that_it_needs(written: dict[str, Any], expected: float) -> None:
    assert server(written).allowed_ms == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, None),
        ({"command": ["x", "{port}"]}, None),
        ({"command": ["x"], "ready": "http://127.0.0.1:8081/info?x"}, 8081),
        # One that is told a port listens there; what answers for it may be elsewhere.
        ({"command": ["x", "{port}"], "ready": "http://127.0.0.1:8081/health"}, None),
    ],
)
def test_port_of_a_command_that_is_told_none_is_that_which_it_is_asked_at(
    written: dict[str, Any], expected: int | None
) -> None:
    assert server(written).fixed_port == expected
