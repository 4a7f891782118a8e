import pytest

from lab.timeline.diagnosis.rules import redirected
from tests.timeline.tables import answer, attempt, request

XHR = "/echo/1/abc/xhr"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_names_who_redirected_and_to_where(ask, status):
    tables = request(10, XHR, sides=["1c"]), answer(12, status, sides=["1c"], more='headers="Location: /login"')
    (found,) = ask(redirected, attempt(), *tables)
    assert (found.cause, found.hop) == ("redirected", "hop1")
    assert found.sentence == f"hop1 redirected POST {XHR} to /login with {status}, so xhr-polling could not open."


def test_names_the_server_where_it_redirects(ask):
    (found,) = ask(redirected, attempt(), request(10, XHR), answer(20, 302))
    assert (found.hop, found.sentence[:21]) == (None, "The server redirected")


@pytest.mark.parametrize("status", [200, 304, 400])
def test_says_nothing_of_other_answers(ask, status):
    assert ask(redirected, attempt(), request(10, XHR), answer(20, status)) == []
