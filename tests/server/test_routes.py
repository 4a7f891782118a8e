from lab.server.routes import Route, find_routes


def test_routes_are_found_by_their_files() -> None:
    routes = find_routes()
    assert {name for in_session, name in routes if in_session} == {
        *("websocket", "xhr", "xhr_send", "xhr_streaming", "eventsource", "htmlfile", "jsonp", "jsonp_send"),
    }
    assert {name for in_session, name in routes if not in_session} == {"greeting", "info", "iframe", "websocket"}


async def _nothing(*_: object) -> None: ...


def test_allow_names_options_where_other_origins_may_ask() -> None:
    assert Route("x", ("POST",), _nothing, shared=True).allow == "OPTIONS, POST"
    assert Route("x", ("GET",), _nothing).allow == "GET"
