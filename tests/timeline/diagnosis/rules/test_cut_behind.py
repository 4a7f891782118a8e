from lab.timeline.diagnosis.rules import cut_behind
from tests.timeline.tables import answer, opened, request

XHR = "/echo/1/abc/xhr"
ASKED = request(600, XHR, sides=["1c", "1s"])
LINK = f"""
    100 2c tcp.open conn=1
    100 2s tcp.open conn=1
    602 2c tcp.data conn=1 direction=up bytes=300 total=300 request='POST {XHR}'
    603 2s tcp.data conn=1 direction=up bytes=250 total=250
"""
RESET = """
    604 2s tcp.end conn=1 direction=up how=rst total=250
    604 2c tcp.end conn=1 direction=down how=rst total=0
"""
FAILED = "605 1s error flow=1 text='server closed connection' by=server", answer(606, 502, sides=["1c"])


def test_names_the_hop_behind_the_one_that_answered(ask):
    (found,) = ask(cut_behind, opened(), ASKED, LINK, RESET, *FAILED)
    assert (found.about, found.cause, found.hop) == ("open connection", "connection_cut", "hop2")
    assert found.sentence == (
        "hop2 ended the connection of POST /echo/1/abc/xhr with RST 554 ms after it had opened, with 50 bytes that "
        "it did not pass on: hop1 then answered 502, so the open connection closed with 1006."
    )


def test_says_nothing_where_nothing_was_cut_or_the_answer_is_another(ask):
    assert ask(cut_behind, opened(), ASKED, LINK, *FAILED) == []
    refused = answer(606, 403, sides=["1c"])
    assert ask(cut_behind, opened(), ASKED, LINK, RESET, FAILED[0], refused) == []
    alone = request(600, XHR, sides=["1c"])
    assert ask(cut_behind, opened(), alone, LINK, RESET, answer(606, 502, sides=["1c"])) == []


REFUSED = """
    603 2c tcp.open conn=7
    604 2c tcp.end conn=7 direction=down how=rst total=0
"""


def test_names_the_link_that_turned_the_next_connection_away(ask):
    (found,) = ask(cut_behind, opened(), ASKED, REFUSED, *FAILED)
    assert (found.about, found.cause, found.hop) == ("open connection", "connection_cut", "hop2")
    assert found.sentence == (
        "hop2 refused the connection for POST /echo/1/abc/xhr 553 ms after it had opened, before it had read a byte: "
        "hop1 then answered 502, so the open connection closed with 1006."
    )


def test_does_not_blame_a_link_whose_own_connection_was_refused(ask):
    unreachable = "603 2s tcp.end conn=7 direction=down how=refused total=0"
    assert ask(cut_behind, opened(), ASKED, REFUSED, unreachable, *FAILED) == []
    earlier = REFUSED.replace("603", "403").replace("604", "404")
    assert ask(cut_behind, opened(), ASKED, earlier, *FAILED) == []
