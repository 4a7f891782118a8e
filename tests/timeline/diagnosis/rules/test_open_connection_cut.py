import pytest

from lab.timeline.diagnosis.rules import open_connection_cut
from tests.timeline.cuts_tables import cut_at


def test_names_the_hop_where_silence_and_age_cannot_be_told_apart(ask):
    (found,) = ask(open_connection_cut, cut_at(2042, spoken=[]))
    assert (found.about, found.cause, found.hop) == ("open connection", "connection_cut", "hop1")
    assert "the evidence does not say whether for the one or the other" in found.sentence


def test_names_the_volume_where_it_was_cut_while_something_passed(ask):
    (found,) = ask(open_connection_cut, cut_at(705, spoken=[500, 700]))
    assert "right after 3 frames had passed" in found.sentence


@pytest.mark.parametrize("by", ["client", "server"])
def test_says_nothing_where_no_hop_cut_it(ask, by):
    assert ask(open_connection_cut, cut_at(2042, spoken=[], by=by)) == []


def test_says_nothing_of_what_the_lab_itself_ended_after_the_last_step(ask):
    steps = "1000 l step index=3 step=receive state=failed"
    assert ask(open_connection_cut, cut_at(2042, spoken=[], closed=False), steps) == []
