from lab.timeline.diagnosis.rules import extensions_changed
from tests.timeline.tables import answer, opened, request

WS = request(10, "/echo/1/abc/websocket", method="GET", sides=["1c", "1s", "s"])
AGREED = 'headers="Sec-WebSocket-Extensions: permessage-deflate"'


def test_names_the_hop_that_claimed_an_agreement(ask):
    tables = WS, answer(20, 101, sides=["s", "1s"]), answer(22, 101, sides=["1c"], more=AGREED)
    (found,) = ask(extensions_changed, opened("websocket"), *tables)
    assert (found.about, found.cause, found.hop) == ("open connection", "extensions_changed", "hop1")
    assert "told the browser of permessage-deflate, where the server had agreed to no extension" in found.sentence


def test_says_nothing_of_an_offer_that_was_removed(ask):
    offered = request(10, "/echo/1/abc/websocket", method="GET", sides=["1c"], more=AGREED)
    went = request(11, "/echo/1/abc/websocket", method="GET", sides=["1s", "s"])
    assert ask(extensions_changed, opened("websocket"), offered, went, answer(20, 101, sides=["s", "1s", "1c"])) == []
