import pytest

from lab.timeline.attempts import attempts_of
from lab.timeline.diagnosis import http2
from lab.timeline.diagnosis.evidence import evidence_of

TABLE = """
    0  b  client.new version=1.6.1
    0  b  attempt.start transport={transport} budget_ms=622 url=https://app/echo/000/abcd/{path}
    1  1c request flow=1 url=/echo/000/abcd/{path} http={http} upgrade=true
    2  1s request flow=1 url=/echo/000/abcd/{path} http=HTTP/1.1 upgrade=true
    90 b  attempt.close transport={transport} code=1006
"""


@pytest.mark.parametrize(
    ("transport", "path", "http", "handshake", "carrier"),
    [
        ("websocket", "websocket", "HTTP/1.1", "the request for the websocket", "connection"),
        (
            "websocket",
            "websocket",
            "HTTP/2.0",
            "the request for the websocket, an extended CONNECT of HTTP/2,",
            "stream",
        ),
        ("xhr-streaming", "xhr_streaming", "HTTP/2.0", "the request for the websocket", "stream"),
    ],
)
def test_http2_is_told_where_it_carried_the_request(see, transport, path, http, handshake, carrier):
    events = see(TABLE.format(transport=transport, path=path, http=http))
    (trial,) = evidence_of(events, attempts_of(events)).trials
    assert http2.handshake(trial) == handshake
    assert http2.carrier(trial, "hop1") == carrier
    assert http2.carrier(trial, "hop2") == "connection"
    assert (http2.hint(trial, "else") == "else") == ("extended" not in handshake)
