from lab.timeline.diagnosis.rules import cookies_changed, cookies_removed
from tests.timeline.tables import answer, request

INFO = request(10, "/echo/info", method="GET", sides=["1c", "1s", "s"])
PLAIN = 'headers="Set-Cookie: JSESSIONID=dummy; Path=/"'


def _left(cookie):
    return (
        answer(20, 200, sides=["s", "1s"], more=PLAIN),
        answer(22, 200, sides=["1c"], more=f'headers="Set-Cookie: {cookie}"' if cookie else ""),
    )


def test_names_the_hop_and_what_is_gone_and_new(ask):
    (found,) = ask(cookies_changed, INFO, *_left("portal-JSESSIONID=dummy; Path=/"))
    assert (found.about, found.cause, found.hop) == ("connection", "cookies_changed", "hop1")
    assert found.sentence == (
        "hop1 changed the cookie JSESSIONID in 1 answer: JSESSIONID=dummy is gone and portal-JSESSIONID=dummy is new."
    )


def test_tells_a_renamed_cookie_from_one_that_was_removed(ask):
    assert ask(cookies_removed, INFO, *_left("portal-JSESSIONID=dummy; Path=/")) == []
    assert [one.hop for one in ask(cookies_removed, INFO, *_left(""))] == ["hop1"]
    assert ask(cookies_changed, INFO, *_left("")) == []


def test_says_nothing_where_cookies_pass_as_they_are(ask):
    assert ask(cookies_changed, INFO, *_left("JSESSIONID=dummy; Path=/")) == []
