import pytest

from lab.sockjs.transports import TRANSPORTS
from lab.timeline.attempts import attempts_of
from lab.timeline.join import session_path, trials_of


def _trials(see, *tables):
    events = see(*tables)
    return trials_of(events, attempts_of(events))


@pytest.mark.parametrize(
    ("transport", "path"),
    [
        ("websocket", "websocket"),
        ("xhr-streaming", "xhr_streaming"),
        ("xdr-streaming", "xhr_streaming"),
        ("eventsource", "eventsource"),
        ("iframe-eventsource", "eventsource"),
        ("htmlfile", "htmlfile"),
        ("iframe-htmlfile", "htmlfile"),
        ("xhr-polling", "xhr"),
        ("xdr-polling", "xhr"),
        ("iframe-xhr-polling", "xhr"),
        ("jsonp-polling", "jsonp"),
    ],
)
@pytest.mark.parametrize("base", ["http://app/echo/000/abcd", "http://app/echo/000/abcd/?a=b"])
def test_trials_of_joins_each_transport_by_its_own_path(see, transport, path, base):
    whole = f"http://app/echo/000/abcd/{path}?c=_jp.a"
    for url in (base, whole):
        (trial,) = _trials(
            see,
            f"10 b attempt.start transport={transport} budget_ms=622 url={url}",
            f"12 1c request flow=1 method=POST url=http://app/echo/000/abcd/{path}?t=17",
            f"13 1s request flow=1 method=POST url=/echo/000/abcd/{path}?t=17",
            f"14 s request request=1 path=/echo/000/abcd/{path}",
            # neither another session, nor another path of this one, nor a question before the question
            f"15 s request request=2 path=/echo/000/abce/{path}",
            f"15 s request request=3 path=/echo/001/abcd/{path}",
            "15 s request request=4 path=/echo/000/abcd/xhr_send",
            f"15 s request request=5 method=OPTIONS path=/echo/000/abcd/{path}",
        )
        assert trial.seen() == ["hop1.client", "hop1.server", "server"]
        assert len(trial.sides["server"]) == 1


def test_every_transport_has_a_path():
    assert all(session_path("http://app/echo/000/abcd", transport) for transport in TRANSPORTS)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ws://app/echo/000/abcd/websocket", ("/echo", "/000/abcd")),
        ("http://app/000/abcd", ("", "/000/abcd")),
        ("http://app/deep/er/echo/s/x/websocket?a=/b/c", ("/deep/er/echo", "/s/x")),
        ("http://app/echo", None),
        ("http://app", None),
    ],
)
def test_session_path_splits_the_url(url, found):
    assert session_path(url, "websocket") == found


def test_trials_of_finds_the_page_of_an_iframe_while_the_attempt_runs(see):
    start = "50 b attempt.start transport=iframe-eventsource url=http://app/echo/000/abcd"
    close = "90 b attempt.close transport=iframe-eventsource code=1006"
    pages = """
         9 1c request flow=1 url=http://app/echo/iframe.html
        60 1c request flow=2 url=http://app/echo/iframe.html
        61 s  request request=1 path=/echo/iframe-1.0.3.html
        62 1c request flow=3 url=http://app/other/iframe.html
        99 1c request flow=4 url=http://app/echo/iframe.html
    """
    (trial,) = _trials(see, start, pages, close)
    assert [(side, len(found)) for side, found in trial.pages.items()] == [("hop1.client", 1), ("server", 1)]
    (plain,) = _trials(see, start.replace("iframe-", ""), pages, close.replace("iframe-", ""))
    assert plain.pages == {}


def test_trials_of_finds_the_connects_to_the_endpoints_host(see):
    start = "50 b attempt.start transport=websocket url={url}"
    connects = """
        10 1c connect flow=1 host=app.localhost port=80
        60 1c connect flow=2 host=app.localhost port=80
        61 1c connect flow=3 host=app.localhost port=443
        62 1c connect flow=4 host=other port=80
        63 1c connect flow=5 host=app.localhost port=8080
    """

    def ports(url):
        (trial,) = _trials(see, start.format(url=url), connects)
        return [(one.host, one.port, one.t_ms) for one in trial.connects]

    assert ports("ws://app.localhost/echo/000/a/websocket") == [("app.localhost", 80, 60)]
    assert ports("wss://app.localhost/echo/000/a/websocket") == [("app.localhost", 443, 61)]
    assert ports("ws://APP.localhost:8080/echo/000/a/websocket") == [("app.localhost", 8080, 63)]


def test_trials_of_finds_the_open_frame_of_the_session(see):
    (trial,) = _trials(
        see,
        "50 b attempt.start transport=websocket url=ws://app/echo/000/abcd/websocket",
        "55 s frame.out session=other type=o bytes=1",
        "60 s frame.out session=abcd type=h bytes=1",
        "61 s frame.out session=abcd type=o bytes=1",
    )
    assert trial.open_frame_ms == 61


def test_trials_of_gives_no_requests_to_an_attempt_without_url(see):
    (trial,) = _trials(see, "50 b attempt.start transport=websocket", "60 s request request=1 path=/websocket")
    assert (trial.url, trial.seen()) == (None, [])


def test_trials_of_does_not_see_what_came_after_the_end(see):
    (trial,) = _trials(
        see,
        "50 b attempt.start transport=xhr-polling url=http://app/echo/000/abcd",
        "70 1c request flow=1 url=/echo/000/abcd/xhr",
        "80 b attempt.timeout transport=xhr-polling timer_of=xhr-polling",
        "90 1s request flow=1 url=/echo/000/abcd/xhr",
    )
    assert trial.seen() == ["hop1.client"]


def test_trial_names_the_connection_where_it_is_not_the_first(see):
    first, other = _trials(
        see,
        "50 b attempt.start transport=websocket url=ws://app/echo/000/a/websocket",
        "51 b attempt.start transport=websocket connection=second url=ws://app/echo/000/b/websocket",
    )
    assert (first.about, other.about) == ("websocket", "websocket of second")
