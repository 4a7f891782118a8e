import pytest

from lab.timeline.diagnosis.rules import no_client

STEPS = """
    100 l step index=0 step=click state=begin
    110 l step index=0 step=click state=done
    110 l step index=1 step='wait for' state=begin
    9110 l step index=1 step='wait for' state=failed text='expected main to be open'
"""
PAGE = """
    1 s request request=1 method=GET path=/app headers=""
    2 s response request=1 status=200
"""
INFO = "50 s request request=2 method=GET path=/chat/info?t=1"


def test_says_that_the_client_is_where_no_recorder_is(ask):
    (found,) = ask(no_client, PAGE, INFO, STEPS)
    assert (found.about, found.cause, found.hop) == ("connection", "no_client", None)
    assert found.sentence.startswith("A client asked for /chat/info, and the page's recorder saw none")
    assert found.proof == ["server saw GET /chat/info"]
    assert "the frame's own URL" in found.hint


def test_says_that_there_was_none(ask):
    (found,) = ask(no_client, PAGE, STEPS)
    assert found.sentence == (
        "The page made no client, and nobody saw a request of one, in all the time that the steps took."
    )
    assert found.proof == []


def test_names_what_may_have_kept_the_page_from_it(ask):
    missing = "3 s request request=2 method=GET path=/static/sockjs.js\n4 s response request=2 status=404"
    icon = "3 s request request=3 method=GET path=/favicon.ico\n4 s response request=3 status=404"
    error = "5 b page.error text='ReferenceError: SockJS is not defined' source=http://app/app line=9"
    (found,) = ask(no_client, PAGE, missing, icon, error, STEPS)
    assert found.proof == [
        "a script failed, ReferenceError: SockJS is not defined (http://app/app:9)",
        "GET /static/sockjs.js was answered with 404",
    ]
    assert found.sentence == f"The page made no client, and nobody saw a request of one: {found.proof[0]}."


@pytest.mark.parametrize(
    "tables",
    [
        (STEPS, "60 b client.new url=/chat"),
        (STEPS.replace("click", "connect"),),
        # It died in a step, and that is said elsewhere.
        ("\n".join(STEPS.splitlines()[:-1]),),
        ("",),
    ],
)
def test_says_nothing_where_there_was_one_or_the_steps_were_not_over(ask, tables):
    assert ask(no_client, PAGE, INFO, *tables) == []
