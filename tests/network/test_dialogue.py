from typing import Any

import pytest
from mitmproxy.http import Headers, Request

from lab.network.dialogue import Line, data_of, head_of, line_of, lines_of, quoted, rest_of


def test_lines_are_read_whatever_leads_in_them() -> None:
    text = "\n   0  client   asks GET /info  [A: b]\n\n  155   server ends\n"
    assert lines_of(text) == ["0 client asks GET /info  [A: b]", "155 server ends"]
    assert [*map(line_of, lines_of(text))] == [
        Line(0, "client", "asks", "GET /info  [A: b]"),
        Line(155, "server", "ends", ""),
    ]


@pytest.mark.parametrize("line", ["client asks GET /", "0 proxy asks /", "0 client shouts", "0ms client ends", ""])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=f"not a line of a dialogue: {line}"):
        line_of(line)


@pytest.mark.parametrize(
    ("text", "start", "headers"),
    [
        ("200", "200", []),
        ("GET /a?b [Accept: */*; Origin: null]", "GET /a?b", [("Accept", "*/*"), ("Origin", "null")]),
        (
            "200 [Vary: a, b; Type: text/html; charset=UTF-8]",
            "200",
            [("Vary", "a, b"), ("Type", "text/html; charset=UTF-8")],
        ),
    ],
)
def test_head_is_a_start_and_headers(text: str, start: str, headers: list[Any]) -> None:
    found = head_of(text)
    assert (found[0], list(found[1].items(multi=True))) == (start, headers)  # type: ignore[no-untyped-call]


def test_head_is_written_as_it_is_read() -> None:
    headers = Headers([(b"Host", b"app.localhost"), (b"A", b"1"), (b"A", b"2")])
    request = Request.make("GET", "http://app.localhost/")
    request.headers = headers
    assert rest_of(request) == " [A: 1; A: 2]"
    request.http_version = "HTTP/1.0"
    request.headers.clear()
    assert rest_of(request) == " HTTP/1.0"


@pytest.mark.parametrize(
    ("data", "text"), [(b"o\n", r'"o\n"'), (b"", '""'), (b'["a"]', '"["a"]"'), (b"\xff\x00", r'"\xff\x00"')]
)
def test_data_is_written_as_it_is_read(data: bytes, text: str) -> None:
    assert quoted(data) == text
    assert data_of(text) == data
