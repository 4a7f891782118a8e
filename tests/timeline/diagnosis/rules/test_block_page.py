import pytest

from lab.timeline.diagnosis.rules import block_page
from tests.timeline.tables import answer, attempt, request

XHR = "/echo/1/abc/xhr"
HTML = 'headers="Content-Type: text/html; charset=utf-8"'


def test_names_the_hop_that_answered_with_a_page_of_its_own(ask):
    (found,) = ask(block_page, attempt(), request(10, XHR, sides=["1c"]), answer(12, 200, sides=["1c"], more=HTML))
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "block_page", "hop1")
    assert "and the server was not asked" in found.sentence


def test_counts_how_often_the_client_asked(ask):
    tables = [
        request(10 * n, XHR, number=n, sides=["1c"])
        + "\n"
        + answer(10 * n + 1, 200, number=n, sides=["1c"], more=HTML)
        for n in (1, 2, 3)
    ]
    (found,) = ask(block_page, attempt(), *tables)
    assert found.sentence.endswith("The client asked 3 times.")


def test_speaks_of_info_that_was_a_page(ask):
    info = """
        0 b info.start
        9 b info.end ok=true info={}
    """
    tables = request(2, "/echo/info", method="GET", sides=["1c"]), answer(4, 200, sides=["1c"], more=HTML)
    (found,) = ask(block_page, info, *tables)
    assert (found.about, found.hop) == ("connection", "hop1")
    assert ask(block_page, info.replace("info={}", "info='{\"websocket\": true}'"), *tables) == []


@pytest.mark.parametrize(
    "tables",
    [
        (request(10, XHR), answer(20, 200, more=HTML)),  # the server's own
        (request(10, XHR, sides=["1c"]), answer(12, 403, sides=["1c"], more=HTML)),
        (request(10, XHR, sides=["1c"]), answer(12, 200, sides=["1c"], more='headers="Content-Type: text/plain"')),
    ],
)
def test_says_nothing_of_other_answers(ask, tables):
    assert ask(block_page, attempt(), *tables) == []
