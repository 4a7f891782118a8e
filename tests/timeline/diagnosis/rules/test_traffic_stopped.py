from lab.timeline.diagnosis.rules import traffic_stopped
from tests.timeline.tables import opened

HANDSHAKE = """
    10 1c request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
    11 1s request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
    40 1s ws.frame flow=1 direction=down bytes=1 text=o
    41 1c ws.frame flow=1 direction=down bytes=1 text=o
    100 b message.out n=0 hash=x text=hi bytes=2
"""
UP = "102 1c ws.frame flow=1 direction=up bytes=6 text='[\"hi\"]'"
END = "900 l step index=2 step=receive state=failed"


def test_names_the_hop_that_kept_a_frame(ask):
    (found,) = ask(traffic_stopped, opened("websocket", closed=None), HANDSHAKE, UP, END)
    assert (found.about, found.cause, found.hop) == ("open connection", "traffic_stopped", "hop1")
    assert found.sentence == (
        "hop1 had 1 frame for the server and passed 0 of them on: from 52 ms after the connection had opened it kept "
        "1 frame, for 798 ms."
    )


def test_names_the_link_that_kept_bytes(ask):
    link = """
        10 1c tcp.data conn=1 direction=up bytes=300 total=300 request='GET /echo/1/abc/websocket'
        11 1s tcp.data conn=1 direction=up bytes=300 total=300
        40 1s tcp.data conn=1 direction=down bytes=150 total=150
        41 1c tcp.data conn=1 direction=down bytes=150 total=150
        100 b message.out n=0 hash=x text=hi bytes=2
        200 1s tcp.data conn=1 direction=down bytes=30 total=180
    """
    (found,) = ask(traffic_stopped, opened("websocket", closed=None), link, END)
    assert "hop1 had 180 bytes for the browser and passed 150 of them on" in found.sentence


def test_says_nothing_of_what_passed_or_had_no_time_to_pass(ask):
    passed = UP.replace("102 1c", "103 1s")
    assert ask(traffic_stopped, opened("websocket", closed=None), HANDSHAKE, UP, passed, END) == []
    late = UP.replace("102", "850")
    assert ask(traffic_stopped, opened("websocket", closed=None), HANDSHAKE, late, END) == []


def test_names_a_link_that_kept_what_it_could_not_read(ask):
    tls = """
        10 1c tcp.data conn=1 direction=up bytes=300 total=300
        11 1s tcp.data conn=1 direction=up bytes=300 total=300
        100 b message.out n=0 hash=x text=hi bytes=2
        101 1c tcp.data conn=1 direction=up bytes=30 total=330
    """
    (found,) = ask(traffic_stopped, opened("websocket", closed=None), tls, END)
    assert "hop1 had 30 bytes for the server and passed 0 of them on" in found.sentence


def test_counts_what_left_only_after_the_end_as_kept(ask):
    after = "950 1s ws.frame flow=1 direction=up bytes=6 text='[\"hi\"]'"
    (found,) = ask(traffic_stopped, opened("websocket", closed=None), HANDSHAKE, UP, END, after)
    assert "passed 0 of them on" in found.sentence
