import pytest

from lab.timeline.diagnosis.rules import closed_by_server
from tests.timeline.tables import opened

CLOSED = """
    799 s session.close session=abc code=3000 reason='Go away!' by=server
    800 b frame.in transport=xhr-polling type=c bytes=20
    801 b client.close code=3000 reason='Go away!' was_clean=true
"""


def test_says_with_what_and_when(ask):
    (found,) = ask(closed_by_server, opened(closed=None), CLOSED)
    assert (found.about, found.cause, found.hop) == ("open connection", "closed_by_server", None)
    assert found.sentence == "The server closed the connection with 3000 (Go away!), 749 ms after it had opened."


def test_says_so_where_the_opening_was_held_until_then(ask):
    (found,) = ask(closed_by_server, opened(closed=None), CLOSED.replace("799 s", "41 s"))
    assert (
        found.sentence
        == "The server closed the connection with 3000 (Go away!), before the page was told that it was open."
    )


@pytest.mark.parametrize("table", [CLOSED.replace("by=server", "by=client"), CLOSED.replace("type=c", "type=a")])
def test_says_nothing_where_the_page_or_the_network_ended_it(ask, table):
    assert ask(closed_by_server, opened(closed=None), table) == []
