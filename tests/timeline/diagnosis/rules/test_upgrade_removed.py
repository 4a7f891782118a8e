from lab.timeline.diagnosis.rules import upgrade_removed

ASKING = '"Upgrade: websocket | Connection: Upgrade"'
FAILED = """
    0  b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
    14 b attempt.close transport=websocket code=1006
"""


def _passed(first, second, third, fourth):
    return f"""
        2 1c request flow=1 method=GET url=ws://app/echo/000/abcd/websocket headers={first}
        3 1s request flow=1 method=GET url=/echo/000/abcd/websocket headers={second}
        4 2c request flow=1 method=GET url=/echo/000/abcd/websocket headers={third}
        5 2s request flow=1 method=GET url=/echo/000/abcd/websocket headers={fourth}
        6 s  request request=1 method=GET path=/echo/000/abcd/websocket headers={fourth}
        7 s  response request=1 status=400
    """


def test_names_the_hop_and_the_headers(ask):
    plain = '"Host: app"'
    (found,) = ask(upgrade_removed, FAILED, _passed(ASKING, plain, plain, plain))
    assert (found.about, found.cause, found.hop) == ("websocket", "upgrade_removed", "hop1")
    assert found.sentence == (
        "hop1 passed the request for the websocket on without Upgrade and Connection, "
        "so that the server answered 400."
    )
    assert found.proof == [
        "hop1.client saw GET /echo/000/abcd/websocket (Upgrade: websocket; Connection: Upgrade)",
        "hop1.server saw GET /echo/000/abcd/websocket (Upgrade: absent; Connection: absent)",
    ]
    assert "proxy_http_version 1.1" in found.hint


def test_names_the_second_hop(ask):
    (found,) = ask(upgrade_removed, FAILED, _passed(ASKING, ASKING, ASKING, '"Host: app"'))
    assert found.hop == "hop2"


def test_tells_a_header_changed_from_one_removed(ask):
    kept = '"Upgrade: websocket | Connection: keep-alive"'
    (found,) = ask(upgrade_removed, FAILED, _passed(ASKING, kept, kept, kept))
    assert 'on with Connection changed from "Upgrade" to "keep-alive", so' in found.sentence


def test_blames_no_hop_for_what_went_between_two_of_them(ask):
    (found,) = ask(upgrade_removed, FAILED, _passed(ASKING, ASKING, '"Host: app"', '"Host: app"'))
    assert found.hop is None
    assert found.sentence.startswith("Between hop1.server and hop2.client the request went on without")


def test_says_nothing_where_the_headers_came_through(ask):
    assert ask(upgrade_removed, FAILED, _passed(ASKING, ASKING, ASKING, ASKING)) == []


def test_says_nothing_where_the_request_did_not_go_on(ask):
    alone = _passed(ASKING, ASKING, ASKING, ASKING).splitlines()[1]
    assert ask(upgrade_removed, FAILED, alone) == []


def test_says_nothing_of_other_transports(ask):
    plain = '"Host: app"'
    tables = (FAILED, _passed(ASKING, plain, plain, plain))
    assert ask(upgrade_removed, *(t.replace("websocket", "eventsource") for t in tables)) == []


def test_tells_an_extended_connect_of_http2(ask):
    plain = '"Host: app"'
    (found,) = ask(
        upgrade_removed, FAILED, _passed(ASKING, plain, plain, plain).replace("flow=1", "flow=1 http=HTTP/2.0", 1)
    )
    assert found.sentence.startswith(
        "hop1 passed the request for the websocket, an extended CONNECT of HTTP/2, on without Upgrade"
    )
    assert "RFC 8441" in found.hint
