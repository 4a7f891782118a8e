from types import SimpleNamespace
from typing import Any

import pytest

from lab.network.filter import Filter

BASE = "http://www.lab.home.arpa/echo/000/abc"
PLAIN = ("GET", BASE + "/xhr?t=1", [("Host", "www.lab.home.arpa"), ("Accept", "text/event-stream, */*")])


def flow_matches(one: Filter, method: str, url: str, headers: Any) -> bool:
    return one.matches_flow(url, method, headers)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"methods": {"GET", "POST"}}, True),
        ({"methods": {"POST"}}, False),
        ({"url": "/echo/"}, True),
        ({"url": "/ECHO/"}, True),
        ({"url": "/xhr?t=1"}, True),
        ({"url": "/xhr*"}, False),  # with a star, the whole has to match
        ({"url": "*/xhr?t=*"}, True),
        ({"url": "*/xhr.t=*"}, False),
        ({"transports": {"xhr-polling"}}, True),
        ({"transports": {"iframe-xhr-polling", "websocket"}}, True),
        ({"transports": {"xhr-streaming"}}, False),
        ({"header": "accept"}, True),
        ({"header": "Upgrade"}, False),
        ({"header": "Accept: event-stream"}, True),
        ({"header": "Accept: text/*"}, True),
        ({"header": "Accept: text/html"}, False),
        ({"header": "Host: example", "methods": {"GET"}, "url": "no"}, False),
    ],
)
def test_filter_matches_a_request(wanted: dict[str, Any], expected: bool) -> None:
    own = {key: frozenset(value) if isinstance(value, set) else value for key, value in wanted.items()}
    assert flow_matches(Filter(**own), *PLAIN) is expected


@pytest.mark.parametrize(
    ("transport", "path", "expected"),
    [
        ("websocket", "/echo/000/abc/websocket", True),
        ("websocket", "/deep/down/echo/000/abc/websocket", True),
        ("websocket", "/echo/websocket", False),  # the raw one is no transport of the client
        ("xhr-streaming", "/echo/000/abc/xhr_streaming", True),
        ("jsonp-polling", "/echo/000/abc/jsonp_send", True),
        ("xhr-polling", "/echo/000/abc/xhr_send", False),
        ("xhr-polling", "/echo/info", False),
        ("xhr-polling", "", False),
    ],
)
def test_filter_tells_a_transport_by_its_url(transport: str, path: str, expected: bool) -> None:
    assert Filter(transports=frozenset({transport})).matches_flow(f"http://h{path}", "GET", []) is expected


def test_filter_matches_a_connect_by_method() -> None:
    assert Filter(methods=frozenset({"CONNECT"})).matches_flow("www.lab.home.arpa:443", "CONNECT", [])
    assert not Filter(transports=frozenset({"websocket"})).matches_flow("www.lab.home.arpa:443", "CONNECT", [])


@pytest.mark.parametrize(
    ("limits", "on", "changes"),
    [
        ({}, [(0, True), (9e9, True)], [(0, None)]),
        ({"after_ms": 100.0}, [(0, False), (99, False), (100, True), (9e9, True)], [(0, 100), (100, None)]),
        ({"for_ms": 50.0}, [(0, True), (49, True), (50, False)], [(0, 50), (50, None)]),
        (
            {"after_ms": 100.0, "for_ms": 20.0, "every_ms": 50.0},
            [(0, False), (100, True), (119, True), (120, False), (149, False), (150, True), (170, False)],
            [(0, 100), (100, 120), (119, 120), (120, 150), (149, 150), (150, 170)],
        ),
        (
            {"after_ms": 100.0, "for_ms": 20.0, "installed_ms": 1000.0},
            [(500, False), (1099, False), (1100, True), (1120, False)],
            [(0, 1100), (1100, 1120), (1120, None)],
        ),
    ],
)
def test_filter_knows_its_time(
    limits: dict[str, float], on: list[tuple[float, bool]], changes: list[tuple[float, float | None]]
) -> None:
    one = Filter(**limits)  # type: ignore[arg-type] # the rows have no other keys
    assert [(now, one.active(now)) for now, _ in on] == on
    assert [(now, one.next_change_ms(now)) for now, _ in changes] == changes


def test_filter_begins_when_installed() -> None:
    one = Filter(after_ms=100.0).starting(1000.0)
    assert not one.active(1099.0)
    assert one.active(1100.0)


@pytest.mark.parametrize(
    ("direction", "nth", "expected"),
    [
        (None, set(), [(1, "up"), (1, "down"), (2, "up"), (2, "down")]),
        ("up", set(), [(1, "up"), (2, "up")]),
        (None, {2}, [(2, "up"), (2, "down")]),
        ("down", {1, 3}, [(1, "down")]),
    ],
)
def test_filter_matches_a_connection(direction: Any, nth: set[int], expected: list[tuple[int, str]]) -> None:
    one = Filter(direction=direction, nth=frozenset(nth))
    places: list[Any] = [(1, "up"), (1, "down"), (2, "up"), (2, "down")]
    assert [place for place in places if one.matches_connection(*place)] == expected


def test_filter_is_made_of_what_a_scenario_says() -> None:
    when = SimpleNamespace(transport="websocket", url=None, method=["get", "POST"], header="Upgrade", direction="up")
    limits = SimpleNamespace(when=when, after=5.0, for_=None, every=None, nth=[1, 2])
    assert Filter.of(limits) == Filter(
        transports=frozenset({"websocket"}),
        methods=frozenset({"GET", "POST"}),
        header="Upgrade",
        direction="up",
        after_ms=5.0,
        nth=frozenset({1, 2}),
    )
    bare = SimpleNamespace(when=None, after=0.0, for_=None, every=None, nth=3)
    assert Filter.of(bare) == Filter(nth=frozenset({3}))
    assert Filter.of(None) == Filter()
