"""Websocket handshakes; their dialogues are in transports/."""

import pytest

from lab.server.exchange import Request
from lab.server.handshakes import handshake, refuse
from lab.server.options import ServerOptions

GOOD = {
    "upgrade": "WebSocket",
    "connection": "keep-alive, Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "x3JJHMbDL1EzLkh9GBhXDw==",
}


def refused(method: str = "GET", options: ServerOptions | None = None, **headers: str) -> int | None:
    changed = GOOD | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = refuse(Request(method, changed), options or ServerOptions())
    return answer.status if answer else None


def test_proof_is_that_of_the_rfc() -> None:
    headers = handshake(Request("GET", {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}))
    assert headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("version", ["7", "8", "13"])
def test_versions_with_the_same_frames_are_taken(version: str) -> None:
    assert refused(sec_websocket_version=version) is None


@pytest.mark.parametrize("version", ["", "0", "6", "9", "99", "13, 8", "x"])
def test_other_versions_are_told_which_there_are(version: str) -> None:
    answer = refuse(Request("GET", GOOD | {"sec-websocket-version": version}), ServerOptions())
    assert answer is not None
    assert (answer.status, answer.headers["Sec-WebSocket-Version"]) == (400, "13, 8, 7")


@pytest.mark.parametrize("key", ["", "x", "!!", "x3JJHMbDL1EzLkh9GBhXDw", "x3JJHMbDL1EzLkh9GBhX", "\u00e9" * 24])
def test_key_that_is_not_16_bytes_is_refused(key: str) -> None:
    assert refused(sec_websocket_key=key) == 400


@pytest.mark.parametrize(
    ("method", "options", "headers", "status"),
    [
        ("HEAD", ServerOptions(), {}, 405),
        ("GET", ServerOptions(websocket=False), {}, 404),
        ("GET", ServerOptions(), {"upgrade": "h2c"}, 400),
        ("GET", ServerOptions(), {"connection": "close"}, 400),
        ("GET", ServerOptions(allowed_origins=frozenset({"http://a"})), {"origin": "http://b"}, 403),
        ("GET", ServerOptions(allowed_origins=frozenset({"http://a"})), {"sec_websocket_origin": "http://b"}, 403),
        ("GET", ServerOptions(allowed_origins=frozenset({"http://a"})), {"origin": "http://a"}, None),
    ],
)
def test_refusals(method: str, options: ServerOptions, headers: dict[str, str], status: int | None) -> None:
    assert refused(method, options, **headers) == status
