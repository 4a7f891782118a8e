from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.client import Client


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "sockjs.js").touch()
    return Reading(beside=tmp_path)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ({}, "1.6.1"),
        ({"version": "1.0.0-beta.12"}, "1.0.0-beta.12"),
        ({"path": "sockjs.js"}, "sockjs.js"),
        ({"url": "/sockjs.js"}, "/sockjs.js"),
        ({"url": "//h/sockjs.js"}, "//h/sockjs.js"),
        ({"url": "https://h/sockjs.js", "path": None}, "https://h/sockjs.js"),
        ({"server": "node-7 ä", "timeout": "1ms", "transports": "websocket"}, "1.6.1"),
        ({"transport_options": {"websocket": {"any": 1}}}, "1.6.1"),
    ],
)
def test_client_is_taken(reading: Reading, written: dict[str, Any], label: str) -> None:
    assert validate_plain(Client, written, reading).label == label


@pytest.mark.parametrize(
    ("written", "place", "what"),
    [
        ({"path": "sokjs.js"}, ("path",), "no such file: expected a file; its path begins in the scenario's folder"),
        ({"version": "1.5.2", "path": "sockjs.js"}, ("version",), '"version" beside "path": expected one of them'),
        ({"version": "1.5.2", "url": "/sockjs.js"}, ("version",), '"version" beside "url": expected one of them'),
        ({"path": "sockjs.js", "url": "/sockjs.js"}, ("path",), '"path" beside "url": expected one of them'),
        ({"url": "sockjs.js"}, ("url",), "Value error, expected a URL with http:// or https://, or a path such as"),
        ({"url": "ftp://h/sockjs.js"}, ("url",), "Value error, expected a URL with http:// or https://"),
        ({"url": "https://"}, ("url",), "Value error, expected a URL"),
        ({"server": "a/b"}, ("server",), "Value error, expected a part of a path, not empty, without / . ? #"),
        ({"server": "a.b"}, ("server",), "Value error, expected a part of a path"),
        ({"server": ""}, ("server",), "Value error, expected a part of a path"),
        ({"timeout": "0ms"}, ("timeout",), "Input should be greater than 0"),
        (
            {"transports": "websocket, xhr-polling"},
            ("transports",),
            "several transports in one text: expected a list: [websocket, xhr-polling]",
        ),
        ({"transport_options": {"websockt": {}}}, ("transport_options", "websockt", "[key]"), "Input should be "),
    ],
)
def test_client_that_could_not_be_loaded_or_made_is_refused(
    reading: Reading, written: dict[str, Any], place: tuple[str, ...], what: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        validate_plain(Client, written, reading)
    (error,) = raised.value.errors()
    assert error["loc"] == place
    assert error["msg"].startswith(what)
