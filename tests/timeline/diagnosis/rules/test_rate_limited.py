import pytest

from lab.timeline.diagnosis.rules import rate_limited
from tests.timeline.tables import answer, opened, request

XHR, SEND = "/echo/1/abc/xhr", "/echo/1/abc/xhr_send"
PASSED = request(10, XHR, number=1), answer(20, 200, number=1)
WAITING = request(30, XHR, number=2)


def _refused(path, status, more=""):
    return request(600, path, number=3, sides=["1c"]), answer(601, status, number=3, sides=["1c"], more=more)


@pytest.mark.parametrize(
    ("path", "status", "more"),
    [(SEND, 429, ""), (SEND, 503, 'headers="Retry-After: 30"'), (XHR, 503, ""), (XHR, 403, "")],
)
def test_names_the_hop_that_refused_what_it_had_passed_before(ask, path, status, more):
    (found,) = ask(rate_limited, opened(), *PASSED, WAITING, *_refused(path, status, more))
    assert (found.about, found.cause, found.hop) == ("open connection", "rate_limited", "hop1")
    assert "after it had passed 2 requests on and while 2 were under way" in found.sentence


@pytest.mark.parametrize(("path", "status"), [(SEND, 403), (SEND, 503), (XHR, 200)])
def test_says_nothing_of_what_may_be_refused_for_what_it_is(ask, path, status):
    assert ask(rate_limited, opened(), *PASSED, WAITING, *_refused(path, status)) == []


def test_says_nothing_of_the_servers_own_answer(ask):
    assert ask(rate_limited, opened(), *PASSED, request(600, XHR, number=3), answer(610, 429, number=3)) == []
