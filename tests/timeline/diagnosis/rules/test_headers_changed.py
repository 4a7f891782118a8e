import pytest

from lab.timeline.diagnosis.rules import headers_changed
from tests.timeline.tables import answer, attempt, request

WS = "/echo/1/abc/websocket"
FULL = 'headers="Upgrade: websocket | Connection: Upgrade | Sec-WebSocket-Key: k | Sec-WebSocket-Version: 13"'
KEYLESS = FULL.replace(" | Sec-WebSocket-Key: k", "")


def test_names_the_hop_that_took_a_header_of_the_handshake(ask):
    tables = (
        request(10, WS, method="GET", sides=["1c"], more=FULL),
        request(11, WS, method="GET", sides=["1s", "2c", "2s", "s"], more=KEYLESS),
        answer(20, 400),
    )
    (found,) = ask(headers_changed, attempt("websocket"), *tables)
    assert (found.cause, found.hop) == ("headers_changed", "hop1")
    assert "hop1 removed Sec-WebSocket-Key in the request" in found.sentence
    assert "so that the server answered 400" in found.sentence


def test_names_the_hop_that_took_the_servers_consent(ask):
    accepted = 'headers="Sec-WebSocket-Accept: x"'
    tables = (
        request(10, WS, method="GET", more=FULL),
        answer(20, 101, sides=["s", "2s"], more=accepted),
        answer(22, 101, sides=["2c", "1s", "1c"]),
    )
    (found,) = ask(headers_changed, attempt("websocket"), *tables)
    assert (found.hop, "removed Sec-WebSocket-Accept in the answer" in found.sentence) == ("hop2", True)


def test_names_the_hop_that_changed_the_type_of_a_stream(ask):
    tables = (
        request(10, "/echo/1/abc/eventsource", method="GET"),
        answer(20, 200, sides=["s", "2s", "2c", "1s"], more='headers="Content-Type: text/event-stream"'),
        answer(24, 200, sides=["1c"], more='headers="Content-Type: text/plain"'),
    )
    (found,) = ask(headers_changed, attempt("eventsource"), *tables)
    assert found.hop == "hop1"
    assert 'changed Content-Type from "text/event-stream" to "text/plain"' in found.sentence


@pytest.mark.parametrize("name", ["Via", "X-Forwarded-For", "Accept-Encoding", "Host"])
def test_says_nothing_of_headers_that_do_no_harm(ask, name):
    tables = (
        request(10, WS, method="GET", sides=["1c"], more=FULL),
        request(11, WS, method="GET", sides=["1s", "s"], more=f'{FULL[:-1]} | {name}: x"'),
        answer(20, 400, sides=["s", "1s", "1c"]),
    )
    assert ask(headers_changed, attempt("websocket"), *tables) == []
