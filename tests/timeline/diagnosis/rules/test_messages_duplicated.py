from lab.timeline.diagnosis.rules import messages_duplicated
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
    tables = HANDSHAKE, _frames("1c", "a b", 100), _frames("1s", "a b b", 101)
    (found,) = ask(messages_duplicated, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_duplicated", "hop1")
    assert found.sentence == "hop1 repeated 1 message for the server, of 2 that came."
    assert found.proof == ["hop1.client saw 2: a, b", "hop1.server saw 3: a, b, b"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, _frames("1c", "a b", 100), _frames("1s", "a b", 101)
    assert ask(messages_duplicated, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_duplicated, worked, HANDSHAKE, _frames("1c", "a b", 100), _frames("1s", "a b b", 101)) == []
