from lab.timeline.diagnosis.rules import messages_reordered
from tests.timeline.tables import HANDSHAKE, frames, opened


def test_names_the_hop_and_how_many(ask):
    tables = HANDSHAKE, frames("1c", "a b c", 100), frames("1s", "b c a", 101)
    (found,) = ask(messages_reordered, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_reordered", "hop1")
    assert found.sentence == "hop1 put out of order 1 message for the server, of 3 that came."
    assert found.proof == ["hop1.client saw 3: a, b, c", "hop1.server saw 3: b, c, a"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a b", 101)
    assert ask(messages_reordered, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_reordered, worked, HANDSHAKE, frames("1c", "a b c", 100), frames("1s", "b c a", 101)) == []
