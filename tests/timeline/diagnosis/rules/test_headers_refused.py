import pytest

from lab.timeline.diagnosis.rules import headers_refused

FAILED = """
    0  b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    14 b attempt.close transport=xhr-polling code=1006
"""
LEAVE = "Access-Control-Allow-Origin: http://page"


def _passed(origin, before, after, path="000/abcd/xhr"):
    return f"""
        2 1c request flow=1 url=http://app/echo/{path} headers="Host: app | Origin: {origin}"
        3 1s request flow=1 url=/echo/{path}
        6 1s response flow=1 status=200 headers="{before}"
        7 1c response flow=1 status=200 headers="{after}"
    """


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ("", "hop1 removed Access-Control-Allow-Origin from the answer, and"),
        ("access-control-allow-origin: *", "hop1 changed Access-Control-Allow-Origin in the answer to *, and"),
    ],
)
def test_names_the_hop_that_took_the_leave_to_read_away(ask, after, sentence):
    (found,) = ask(headers_refused, FAILED, _passed("http://page", LEAVE, after))
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "headers_refused", "hop1")
    assert found.sentence.startswith(sentence)


@pytest.mark.parametrize(
    "tables",
    [
        (FAILED,),
        (FAILED, _passed("http://page", LEAVE, LEAVE)),
        # a page of the same origin needs no leave
        (FAILED, _passed("http://app", LEAVE, "")),
        (FAILED.replace("attempt.close", "attempt.timeout"), _passed("http://page", LEAVE, "")),
    ],
)
def test_says_nothing_where_the_page_could_read_it(ask, tables):
    assert ask(headers_refused, *tables) == []


@pytest.mark.parametrize(
    ("transport", "path"), [("htmlfile", "000/abcd/htmlfile"), ("iframe-eventsource", "iframe.html")]
)
@pytest.mark.parametrize("ban", ["X-Frame-Options: DENY", "Content-Security-Policy: frame-ancestors 'none'"])
def test_names_who_forbade_frames(ask, transport, path, ban):
    start = FAILED.replace("xhr-polling", transport).replace("abcd/xhr", "abcd").replace("close", "timeout")
    (found,) = ask(headers_refused, start, _passed("null", "", ban, path))
    assert (found.about, found.hop) == (transport, "hop1")
    assert found.sentence == f"hop1 sent {ban} with the page that {transport} shows in a frame."
    (found,) = ask(headers_refused, start, _passed("null", ban, ban, path))
    assert (found.hop, found.sentence.startswith("The server sent")) == (None, True)
    harmless = ban.replace("frame-ancestors", "img-src").replace("X-Frame-Options", "X-Other")
    assert ask(headers_refused, start, _passed("null", "", harmless, path)) == []


def test_does_not_hold_a_ban_on_frames_against_other_transports(ask):
    assert ask(headers_refused, FAILED, _passed("http://app", "", "X-Frame-Options: DENY")) == []
