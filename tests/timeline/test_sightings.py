import pytest

from lab.timeline.build import timeline_of
from lab.timeline.sightings import texts_in
from lab.timeline.tree import Frame


def _frame(text, direction="up"):
    return Frame(t_ms=0, direction=direction, bytes=len(text), text=text)


@pytest.mark.parametrize(
    ("text", "direction", "texts"),
    [
        ('["a","b"]', "up", ["a", "b"]),
        ('"a"', "up", ["a"]),
        ('a["a", "b\\n"]', "down", ["a", "b\n"]),
        ('m"a"', "down", ["a"]),
        ("o", "down", []),
        ("h", "down", []),
        ('c[3000,"Go away!"]', "down", []),
        # cut after so many characters, amid an escape too
        ('["abc', "up", ["abc"]),
        ('["ab\\u26', "up", ["ab"]),
        ('["ab\\', "up", ["ab"]),
        ("no json", "up", []),
    ],
)
def test_texts_in_reads_the_messages_of_a_frame(text, direction, texts):
    assert texts_in(_frame(text, direction)) == texts


CASE = r"""
     0 b client.new connection=main url=http://app/echo
     1 b attempt.start connection=main transport=websocket url=ws://app/echo/1/abc/websocket
     2 1c request flow=1 method=GET url=ws://app/echo/1/abc/websocket
     3 1s request flow=1 method=GET url=ws://app/echo/1/abc/websocket
     4 s request request=1 method=GET path=/echo/1/abc/websocket session=abc
     5 b attempt.open connection=main transport=websocket
    10 b message.out connection=main n=0 text=a bytes=1 hash=x
    11 1c ws.frame flow=1 direction=up bytes=5 text='"[\"a\"]"'
    20 b message.out connection=main n=1 text=a bytes=1 hash=x
    21 1c ws.frame flow=1 direction=up bytes=5 text='"[\"a\"]"'
    22 1s ws.frame flow=1 direction=up bytes=5 text='"[\"a\"]"'
    23 s message.in session=abc text=a bytes=1
    24 s message.out session=abc text=push bytes=4
    25 1s ws.frame flow=1 direction=down bytes=9 text='a["push"]'
"""


def test_sightings_of_shows_how_far_each_message_got(see):
    (main,) = timeline_of(see(CASE)).connections
    told = [(m.direction, m.n, m.text, m.arrived, [(one.vantage, one.t_ms) for one in m.seen]) for m in main.messages]
    # Which of two equal texts was lost, nobody can say: the second sighting is the one that is missing.
    assert told == [
        ("up", 0, "a", True, [("browser", 10), ("hop1.client", 11), ("hop1.server", 22), ("server", 23)]),
        ("up", 1, "a", False, [("browser", 20), ("hop1.client", 21)]),
        ("down", 0, "push", False, [("server", 24), ("hop1.server", 25)]),
    ]
