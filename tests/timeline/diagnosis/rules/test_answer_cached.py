from lab.timeline.diagnosis.rules import answer_cached
from tests.timeline.tables import answer, opened, request

JSONP = "/echo/1/abc/jsonp"
FIRST = request(10, JSONP, method="GET"), answer(20, 200)


def _again(method="GET", status=200, more=""):
    sides = ["1c", "1s", "2c"]
    return (
        request(600, JSONP, number=2, method=method, sides=sides),
        answer(610, status, number=2, sides=sides[::-1], more=more),
    )


def test_names_the_hop_that_gave_what_it_had_kept(ask):
    (found,) = ask(answer_cached, opened("jsonp-polling"), *FIRST, *_again(more='headers="Age: 1"'))
    assert (found.about, found.cause, found.hop) == ("open connection", "answer_cached", "hop2")
    assert (
        "from a cache (Age: 1), which it had been given 588 ms before, and the server was not asked" in found.sentence
    )


def test_needs_no_age_where_the_hop_had_had_the_answer_before(ask):
    (found,) = ask(answer_cached, opened("jsonp-polling"), *FIRST, *_again())
    assert "from a cache, which" in found.sentence


def test_says_nothing_of_what_was_never_there_before(ask):
    assert ask(answer_cached, opened("jsonp-polling"), *_again()) == []
    assert ask(answer_cached, opened("jsonp-polling"), *FIRST, *_again(status=503)) == []
    assert ask(answer_cached, opened("jsonp-polling"), *FIRST, *_again(method="POST")) == []


def test_says_nothing_where_all_went_well(ask):
    assert ask(answer_cached, opened("jsonp-polling", closed=None), *FIRST, *_again()) == []
