from lab.timeline.diagnosis.rules import messages_changed
from tests.timeline.tables import HANDSHAKE, frames, opened


def test_names_the_hop_and_how_many(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a x", 101)
    (found,) = ask(messages_changed, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "messages_changed", "hop1")
    assert found.sentence == "hop1 changed the text of 1 message for the server, of 2 that came."
    assert found.proof == ["hop1.client saw 2: a, b", "hop1.server saw 2: a, x"]


def test_says_nothing_of_what_went_otherwise(ask):
    tables = HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a", 101)
    assert ask(messages_changed, opened("websocket"), *tables) == []
    worked = opened("websocket", closed=None)
    assert ask(messages_changed, worked, HANDSHAKE, frames("1c", "a b", 100), frames("1s", "a x", 101)) == []
