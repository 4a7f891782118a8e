from lab.timeline.diagnosis.rules import type_refused
from tests.timeline.tables import answer, attempt, opened, request

XHR, SEND = "/echo/1/abc/xhr", "/echo/1/abc/xhr_send"
TEXT = 'headers="Content-Type: text/plain;charset=UTF-8"'
EVENTS = 'headers="Content-Type: text/event-stream"'


def _sent(status, more=TEXT):
    return request(600, SEND, number=2, sides=["1c"], more=more), answer(601, status, number=2, sides=["1c"])


def test_names_the_type_where_a_post_without_it_passed(ask):
    (found,) = ask(type_refused, opened(), request(10, XHR), answer(20, 200), *_sent(403))
    assert (found.about, found.cause, found.hop) == ("open connection", "type_refused", "hop1")
    assert "refused its body of type text/plain: it answered POST /echo/1/abc/xhr_send with 403" in found.sentence


def test_names_the_type_where_the_status_says_so(ask):
    get = request(10, "/echo/1/abc/eventsource", method="GET")
    assert [one.hop for one in ask(type_refused, opened("eventsource"), get, answer(20, 200), *_sent(415))] == [
        "hop1"
    ]
    assert ask(type_refused, opened("eventsource"), get, answer(20, 200), *_sent(403)) == []


def test_names_the_type_of_an_answer_that_was_replaced(ask):
    stream = request(10, "/echo/1/abc/eventsource", method="GET")
    was = answer(20, 200, sides=["s", "2s", "2c", "1s"], more=EVENTS)
    info = request(1, "/echo/info", number=7, method="GET") + "\n" + answer(5, 200, number=7)
    (found,) = ask(type_refused, attempt("eventsource"), info, stream, was, answer(30, 403, sides=["1c"]))
    assert found.hop == "hop1"
    assert "refused the server's answer of type text/event-stream" in found.sentence
    assert ask(type_refused, attempt("eventsource"), stream, was, answer(30, 403, sides=["1c"])) == []


def test_says_nothing_where_no_type_was_said(ask):
    assert ask(type_refused, opened(), request(10, XHR), answer(20, 200), *_sent(403, more="")) == []
