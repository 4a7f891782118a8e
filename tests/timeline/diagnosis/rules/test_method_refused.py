import pytest

from lab.timeline.diagnosis.rules import method_refused
from tests.timeline.tables import answer, attempt, opened, request

XHR, SEND = "/echo/1/abc/xhr", "/echo/1/abc/xhr_send"
GOT = request(1, "/echo/info", number=7, method="GET") + "\n" + answer(5, 200, number=7)
POSTED = request(1, "/echo/2/def/xhr", number=7) + "\n" + answer(5, 200, number=7)
TEXT = 'headers="Content-Type: text/plain"'
ALLOW = 'headers="Allow: GET, HEAD"'


@pytest.mark.parametrize(("status", "more"), [(405, ""), (405, ALLOW), (501, ""), (403, "")])
def test_names_the_hop_that_takes_no_post(ask, status, more):
    refused = request(10, XHR, sides=["1c"]), answer(12, status, sides=["1c"], more=more)
    (found,) = ask(method_refused, attempt(), GOT, *refused)
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "method_refused", "hop1")
    assert ("(Allow: GET, HEAD)" in found.sentence) == (more == ALLOW)


@pytest.mark.parametrize(
    "tables",
    [
        # neither the method nor the type can be told apart from the other
        (GOT, request(10, XHR, sides=["1c"], more=TEXT), answer(12, 403, sides=["1c"])),
        # another POST passed; or nothing did, so it may refuse everything
        (POSTED, request(10, XHR, sides=["1c"]), answer(12, 403, sides=["1c"])),
        (request(10, XHR, sides=["1c"]), answer(12, 403, sides=["1c"])),
        (GOT, request(10, XHR), answer(20, 405)),
        (GOT, request(10, XHR, sides=["1c"]), answer(12, 404, sides=["1c"])),
        (GOT, request(10, XHR, method="GET", sides=["1c"]), answer(12, 405, sides=["1c"])),
    ],
)
def test_says_nothing_where_it_may_be_something_else(ask, tables):
    assert ask(method_refused, attempt(), *tables) == []


def test_speaks_of_what_closed_an_open_connection(ask):
    refused = request(600, SEND, number=3, sides=["1c"], more=TEXT), answer(601, 405, number=3, sides=["1c"])
    (found,) = ask(method_refused, opened("eventsource"), GOT, *refused)
    assert found.about == "open connection"


@pytest.mark.parametrize(("before", "word"), [(GOT, "takes no POST"), (POSTED, "does not take it here")])
def test_says_whether_it_takes_the_method_elsewhere(ask, before, word):
    refused = request(600, SEND, number=3, sides=["1c"], more=TEXT), answer(601, 405, number=3, sides=["1c"])
    (found,) = ask(method_refused, opened("xhr-polling"), before, *refused)
    assert word in found.sentence
