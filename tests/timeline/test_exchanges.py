from lab.timeline.exchanges import Connect, connects_of, exchanges_of, exchanges_of_page, hop_of, hops_of, sides_of

UPGRADE = '"Upgrade: websocket | Connection: keep-alive, Upgrade"'


def test_hops_of_counts_by_number_or_by_who_saw_first(see):
    assert hops_of(see("1 10c request flow=1", "2 2c request flow=1", "3 s request request=1")) == ("hop2", "hop10")
    assert hops_of(see("9 gate.server request flow=1", "5 office.client request flow=1")) == ("office", "gate")
    assert hops_of(see("1 hop1 behaviour did=nothing", "1 b late late_ms=30", "1 s request request=1")) == ()


def test_sides_of_leads_from_the_browser_to_the_server():
    assert sides_of(["hop1", "hop2"]) == ["hop1.client", "hop1.server", "hop2.client", "hop2.server", "server"]
    assert [hop_of(side) for side in ("hop1.client", "my.hop.server", "server")] == ["hop1", "my.hop", None]


def test_exchanges_of_joins_by_flow_at_each_side(see):
    first, other, inward, at_server = exchanges_of(
        see("""
            5 1c response.data flow=1 bytes=2 total=2051
            1 1c request  flow=1 method=POST url=http://app/echo/000/aa/xhr?t=1
            2 1c request  flow=2 method=GET  url=http://app/echo/info
            3 1s request  flow=1 method=POST url=/echo/000/aa/xhr?t=1
            3 s  request  request=1 method=POST path=/echo/000/aa/xhr
            4 1c response flow=1 status=200
            4 s  response request=1 status=500
            5 1c response.data flow=1 bytes=2049 total=2049
            6 1c response.end flow=1 bytes=2051
            7 1c error flow=2 text=gone
            7 1c error flow=99 text=of-nothing-seen
        """)
    )
    assert (first.path, first.method, first.status) == ("/echo/000/aa/xhr", "POST", 200)
    assert [first.total_by(t) for t in (4, 5, 6)] == [0, 2051, 2051]
    assert (other.path, other.status, other.error.data["text"]) == ("/echo/info", None, "gone")
    assert (inward.status, at_server.status) == (None, 500)


def test_exchange_counts_a_body_that_came_in_one_piece(see):
    (one,) = exchanges_of(see("1 1c request flow=1", "9 1c response.end flow=1 bytes=2"))
    assert [one.total_by(8), one.total_by(9)] == [0, 2]


def test_exchange_asks_for_an_upgrade_only_with_both_headers(see):
    asked = [
        exchanges_of(see(f"1 1c request flow=1 upgrade=true {headers}"))[0].asks_upgrade
        for headers in (
            f"headers={UPGRADE}",
            'headers="upgrade: WebSocket | connection: upgrade"',
            'headers="Upgrade: websocket | Connection: keep-alive"',
            'headers="Connection: Upgrade"',
            'headers="Upgrade: h2c | Connection: Upgrade"',
            "",
        )
    ]
    # Where the headers were not recorded, the side's own word is taken.
    assert asked == [True, True, False, False, False, True]


def test_connects_of_joins_the_answer(see):
    table = """
        1 1c connect flow=1 host=app.localhost port=80
        3 1c connect.answer flow=1 status=403
        4 1c connect flow=2 host=app.localhost port=443
    """
    assert connects_of(see(table)) == [
        Connect("hop1", "app.localhost", 80, 1, 3, 403),
        Connect("hop1", "app.localhost", 443, 4, None, None),
    ]


def test_exchanges_of_page_are_those_that_the_browser_told_and_kept_apart(see):
    events = see("""
        1 b request connection=main request=1 method=POST url=http://app/echo/0/a/xhr
        2 b request connection=main@2 request=1 method=GET url=http://app/echo/0/b/jsonp
        3 1c request flow=1 method=POST url=http://app/echo/0/a/xhr
        4 b response connection=main request=1 status=200
        5 b response connection=main@2 request=1 status=null
        6 b response.data connection=main request=1 bytes=2 total=2
        7 b response.end connection=main request=1 bytes=2 why=done
        8 b response.end connection=main@2 request=1 bytes=null why=null
        9 b response.end connection=other request=9 bytes=9 why=done
    """)
    first, second = exchanges_of_page(events)
    assert (first.side, first.path, first.status) == ("browser", "/echo/0/a/xhr", 200)
    assert first.pieces() == [(6, 2), (7, 2)]
    assert (second.path, second.status, second.pieces()) == ("/echo/0/b/jsonp", None, [])
    assert [one.side for one in exchanges_of(events)] == ["hop1.client"]
