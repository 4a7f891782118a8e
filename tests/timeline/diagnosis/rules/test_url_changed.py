from lab.timeline.diagnosis.rules import url_changed
from tests.timeline.tables import answer, attempt, request


def test_names_the_hop_that_asked_for_another_path(ask):
    before = request(10, "/echo/1/abc/xhr", sides=["1c", "1s", "2c"])
    after = """
        15 2s request flow=1 method=POST url=http://app/1/abc/xhr
        16 s request request=1 method=POST path=/1/abc/xhr
    """
    (found,) = ask(url_changed, attempt(), before, after, answer(20, 404))
    assert (found.cause, found.hop) == ("url_changed", "hop2")
    assert found.sentence == (
        "hop2 was asked for /echo/1/abc/xhr and asked for /1/abc/xhr, which the server answered with 404, "
        "so xhr-polling could not open."
    )


def test_says_nothing_where_all_asked_for_the_same(ask):
    assert ask(url_changed, attempt(), request(10, "/echo/1/abc/xhr?t=1"), answer(20, 404)) == []
