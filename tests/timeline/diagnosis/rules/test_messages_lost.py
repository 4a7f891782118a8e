from lab.timeline.diagnosis.rules import messages_lost
from tests.timeline.tables import opened

HANDSHAKE = """
    10 1c request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
    11 1s request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
"""


def _frames(side, texts, at):
    return "\n".join(
        f"{at + n} {side} ws.frame flow=1 direction=up bytes=5 text={text}" for n, text in enumerate(texts.split())
    )


def test_names_the_hop_and_how_many(ask):
    tables = HANDSHAKE, _frames("1c", "a b c", 100), _frames("1s", "a c", 101)
    (found,) = ask(messages_lost, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_lost", "hop1")
    assert found.sentence == "hop1 did not pass on 1 message for the server, of 3 that came."
    assert found.proof == ["hop1.client saw 3: a, b, c", "hop1.server saw 2: a, c"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, _frames("1c", "a b", 100), _frames("1s", "a", 101)
    assert ask(messages_lost, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_lost, worked, HANDSHAKE, _frames("1c", "a b c", 100), _frames("1s", "a c", 101)) == []
