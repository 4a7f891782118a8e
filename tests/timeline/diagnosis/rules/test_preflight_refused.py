from lab.timeline.diagnosis.rules import preflight_refused
from tests.timeline.tables import answer, attempt, request

XHR = "/echo/1/abc/xhr"
ASKED = request(10, XHR, method="OPTIONS", sides=["1c"])


def test_names_who_refused_the_leave_that_the_browser_asked_for(ask):
    (found,) = ask(preflight_refused, attempt(), ASKED, answer(12, 401, sides=["1c"]))
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "preflight_refused", "hop1")
    assert "hop1 answered OPTIONS /echo/1/abc/xhr with 401" in found.sentence


def test_says_nothing_where_leave_was_given_or_not_needed(ask):
    assert ask(preflight_refused, attempt(), ASKED, answer(12, 204, sides=["1c"])) == []
    went = request(20, XHR, number=2)
    assert ask(preflight_refused, attempt(), ASKED, answer(12, 401, sides=["1c"]), went) == []
