from lab.timeline.diagnosis.rules import lifetime_cut
from tests.timeline.cuts_tables import cut_at


def test_knows_it_by_a_longer_silence_that_it_had_survived(ask):
    (found,) = ask(lifetime_cut, cut_at(3037, spoken=[2000]))
    assert (found.cause, found.hop) == ("lifetime_cut", "hop1")
    assert "2,998 ms after it was made though nothing had passed for only 1,036 ms" in found.sentence
    assert "it had let 1,959 ms of silence pass before" in found.sentence


def test_knows_it_by_an_age_that_somebody_would_set(ask):
    (found,) = ask(lifetime_cut, cut_at(2041, spoken=[500, 1004]))
    assert found.sentence == "hop1 ended the websocket connection with FIN 2,002 ms after it was made."


def test_says_nothing_of_silence_or_of_neither(ask):
    assert ask(lifetime_cut, cut_at(2704, spoken=[700])) == []
    assert ask(lifetime_cut, cut_at(2777, spoken=[700])) == []
