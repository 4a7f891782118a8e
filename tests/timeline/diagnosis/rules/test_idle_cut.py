from lab.timeline.diagnosis.rules import idle_cut
from tests.timeline.cuts_tables import cut_at


def test_names_the_hop_and_the_silence(ask):
    (found,) = ask(idle_cut, cut_at(2704, spoken=[700]))
    assert (found.about, found.cause, found.hop) == ("open connection", "idle_cut", "hop1")
    assert found.sentence == (
        "hop1 ended the websocket connection with FIN after 2,003 ms of silence, 2,665 ms after it was made; "
        "shorter silences, up to 659 ms, it had let pass."
    )
    assert "heartbeat below 2,003 ms" in found.hint


def test_says_nothing_where_it_had_survived_a_longer_silence(ask):
    assert ask(idle_cut, cut_at(3001, spoken=[2000])) == []


def test_says_nothing_where_nobody_cut_it(ask):
    assert ask(idle_cut, cut_at(2704, spoken=[700], by="client")) == []
