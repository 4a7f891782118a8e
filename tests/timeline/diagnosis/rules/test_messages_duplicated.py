from lab.timeline.diagnosis.rules import messages_duplicated
from tests.timeline.tables import HANDSHAKE, frames, opened


def test_names_the_hop_and_how_many(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a b b", 101)
    (found,) = ask(messages_duplicated, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_duplicated", "hop1")
    assert found.sentence == "hop1 repeated 1 message for the server, of 2 that came."
    assert found.proof == ["hop1.client saw 2: a, b", "hop1.server saw 3: a, b, b"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a b", 101)
    assert ask(messages_duplicated, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_duplicated, worked, HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a b b", 101)) == []
