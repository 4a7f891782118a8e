import pytest

from lab.timeline.diagnosis.rules import info_failed

FAILED = """
    10 b info.start
    40 b info.end ok=false info=null
    41 b client.close code=1002
"""
CAME = "12 1c request flow=1 method=GET url=http://app/echo/info?t=1\n"
WENT = (
    CAME
    + "13 1s request flow=1 method=GET url=/echo/info?t=1\n14 s request request=1 method=GET path=/echo/info?t=1\n"
)


def _answers(status, before="", after=""):
    return f"""
        15 s  response request=1 status={status} headers="{before}"
        16 1s response flow=1 status={status} headers="{before}"
        17 1c response flow=1 status={status} headers="{after}"
    """


NOBODY = "nobody outside the browser saw the request."
SLOW = """
    1 1c tcp.open conn=3
    1 1s tcp.open conn=3
    2 1c tcp.data conn=3 direction=up bytes=100 total=100
    2 1s tcp.data conn=3 direction=up bytes=100 total=100
    15 1c tcp.data conn=3 direction=up bytes=400 total=500
"""
SENT = CAME + "13 1s request flow=1 method=GET url=/echo/info?t=1"
LINK = """
    1 2c tcp.open conn=1
    1 2s tcp.open conn=1
    2 2c tcp.data conn=1 direction=up bytes=9 total=9
    2 2s tcp.data conn=1 direction=up bytes=9 total=9
"""
WAITED = "hop2 took a connection and for 25 ms neither read from it nor made one of its own."
KEPT = "hop1 still kept {} of what it had been sent 25 ms before."
LEAVE = "Access-Control-Allow-Origin: *"


@pytest.mark.parametrize(
    ("tables", "hop", "why"),
    [
        ((), None, NOBODY),
        (
            ("15 1c tcp.open conn=3\n16 1c tcp.end conn=3 direction=down how=rst total=0",),
            "hop1",
            "hop1 refused the connection, before it had read a byte.",
        ),
        (("15 1c tcp.open conn=3\n16 1c tcp.end conn=3 direction=up how=fin total=0",), None, NOBODY),
        ((SLOW, "20 1s tcp.data conn=3 direction=up bytes=20 total=120"), "hop1", KEPT.format("380 bytes")),
        ((SLOW, "20 1s tcp.data conn=3 direction=up bytes=400 total=500"), None, NOBODY),
        ((CAME,), "hop1", "hop1 had it and gave no answer."),
        ((SENT,), None, "hop1 had sent it on, nobody behind hop1 saw it, and no answer came."),
        ((SENT, LINK, "15 2c tcp.open conn=2"), "hop2", WAITED),
        (
            (SENT, LINK, "15 2c tcp.open conn=2", "16 2s tcp.open conn=2"),
            None,
            "hop1 had sent it on, nobody behind hop1 saw it, and no answer came.",
        ),
        ((WENT,), None, "the server had it and gave no answer."),
        ((CAME, "17 1c response flow=1 status=403"), "hop1", "hop1 answered it with 403."),
        ((WENT, _answers(500)), None, "the server answered it with 500."),
        (
            (WENT, _answers(200, LEAVE)),
            "hop1",
            "a 200 left for the browser, which did not let the client read it: "
            "hop1 had removed Access-Control-Allow-Origin from it.",
        ),
        (
            (WENT, _answers(200, LEAVE, LEAVE)),
            None,
            "a 200 left for the browser, which did not let the client read it: "
            "its CORS headers may not allow the page to read it.",
        ),
    ],
)
def test_names_who_refused_it(ask, tables, hop, why):
    (found,) = ask(info_failed, FAILED, *tables)
    assert (found.about, found.cause, found.hop) == ("connection", "info_failed", hop)
    assert found.sentence == f"The client could not get /info in 30 ms, so it tried no transport: {why}"
    assert found.hint


@pytest.mark.parametrize("table", ["", "10 b info.start", FAILED.replace("ok=false", "ok=true")])
def test_says_nothing_where_info_came(ask, table):
    assert ask(info_failed, table, CAME, "17 1c response flow=1 status=403") == []


def test_does_not_take_an_earlier_request_for_the_clients(ask):
    table = FAILED.replace("10 b", "90 b").replace("40 b", "120 b").replace("41 b", "121 b")
    (found,) = ask(info_failed, table, CAME, "17 1c response flow=1 status=403")
    assert found.sentence.endswith("nobody outside the browser saw the request.")
