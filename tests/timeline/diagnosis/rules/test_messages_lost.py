from lab.timeline.diagnosis.rules import messages_lost
from tests.timeline.tables import HANDSHAKE, frames, opened


def test_names_the_hop_and_how_many(ask):
    tables = HANDSHAKE, frames("1c", "a b c", 100), frames("1s", "a c", 101)
    (found,) = ask(messages_lost, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_lost", "hop1")
    assert found.sentence == "hop1 did not pass on 1 message for the server, of 3 that came."
    assert found.proof == ["hop1.client saw 3: a, b, c", "hop1.server saw 2: a, c"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a", 101)
    assert ask(messages_lost, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_lost, worked, HANDSHAKE, frames("1c", "a b c", 100), frames("1s", "a c", 101)) == []
