import pytest

from lab.timeline.diagnosis.rules import auth_required
from tests.timeline.tables import answer, attempt, opened, request

XHR = "/echo/1/abc/xhr"
CHALLENGE = 'headers="Proxy-Authenticate: NTLM"'


@pytest.mark.parametrize(
    ("tables", "hop"),
    [
        ((request(10, XHR, sides=["1c"]), answer(12, 407, sides=["1c"], more=CHALLENGE)), "hop1"),
        ((request(10, XHR, sides=["1c", "1s", "2c"]), answer(15, 401, sides=["2c", "1s", "1c"])), "hop2"),
        ((request(10, XHR), answer(20, 401)), None),
    ],
)
def test_names_who_asked_for_credentials(ask, tables, hop):
    (found,) = ask(auth_required, attempt(), *tables)
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "auth_required", hop)
    assert found.sentence.startswith(f"{hop or 'The server'} asked for credentials")
    assert found.sentence.endswith("so xhr-polling could not open.")
    assert ("(NTLM)" in found.sentence) == (hop == "hop1")


def test_speaks_of_a_connect_that_was_answered_407(ask):
    connect = """
        5 1c connect flow=9 host=app port=80
        6 1c connect.answer flow=9 status=407
    """
    (found,) = ask(auth_required, attempt("websocket"), connect)
    assert found.sentence == (
        "hop1 asked for credentials: it answered CONNECT app:80 with 407 after 6 ms, "
        "and a browser gives none for a websocket."
    )
    assert ask(auth_required, attempt("websocket"), connect.replace("407", "403")) == []


def test_speaks_of_what_closed_an_open_connection(ask):
    send = request(800, "/echo/1/abc/xhr_send", sides=["1c"]) + "\n" + answer(801, 401, sides=["1c"])
    (found,) = ask(auth_required, opened(), send)
    assert (found.about, found.hop) == ("open connection", "hop1")
    assert "so the open connection closed with 1006" in found.sentence


def test_says_nothing_of_other_answers(ask):
    assert ask(auth_required, attempt(), request(10, XHR), answer(20, 403)) == []
