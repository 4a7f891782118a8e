import pytest

from lab.timeline.diagnosis.rules import response_compressed
from tests.timeline.tables import answer, attempt, request

STREAM = request(10, "/echo/1/abc/eventsource", method="GET", sides=["1c", "1s", "s"])
GZIP = 'headers="Content-Encoding: gzip"'
PIECES = "25 1s response.data flow=1 bytes=13 total=13\n26 1c response.data flow=1 bytes=10 total=10"


def test_names_the_hop_and_what_it_keeps(ask):
    tables = STREAM, answer(20, 200, sides=["s", "1s"]), answer(22, 200, sides=["1c"], more=GZIP), PIECES
    (found,) = ask(response_compressed, attempt("eventsource", "timeout", until=600), *tables)
    assert (found.cause, found.hop) == ("response_compressed", "hop1")
    assert (
        "of the 13 bytes of GET /echo/1/abc/eventsource that it was given, 10 compressed ones had left"
        in found.sentence
    )


@pytest.mark.parametrize(
    "tables",
    [
        (answer(20, 200, sides=["s", "1s", "1c"], more=GZIP), PIECES),  # the server's own
        (answer(20, 200, sides=["s", "1s", "1c"]), PIECES),
        (
            answer(20, 200, sides=["s", "1s"]),
            answer(22, 200, sides=["1c"], more=GZIP),
            "30 1c response.end flow=1 bytes=20",
        ),
    ],
)
def test_says_nothing_where_no_hop_keeps_anything_compressed(ask, tables):
    assert ask(response_compressed, attempt("eventsource", "timeout", until=600), STREAM, *tables) == []
