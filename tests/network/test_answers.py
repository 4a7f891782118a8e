import pytest

from lab.network import answers


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, {"content-length": "3", "content-type": "text/html", "x-a": "1"}, b"abc"),
        (403, {"content-length": "3", "content-type": "text/html", "x-a": "1"}, b"abc"),
        # RFC 9110: 204 and 304 have no body; 205 says that it has none.
        (204, {"x-a": "1"}, b""),
        (304, {"x-a": "1"}, b""),
        (205, {"content-length": "0", "x-a": "1"}, b""),
    ],
)
def test_response_has_the_body_that_its_status_allows(status: int, headers: dict[str, str], content: bytes) -> None:
    made = answers.response(status, "abc", "text/html", {"X-A": "1"})
    assert (made.status_code, made.raw_content) == (status, content)
    assert {name.lower(): value for name, value in made.headers.items()} == headers


def test_page_has_no_line_that_is_a_frame() -> None:
    lines = answers.page("open <all> & close", "a\n").replace("\na\n", "").splitlines()
    assert {line[0] for line in answers.page("open", "closed").splitlines()} == {"<"}
    assert "<h1>open &lt;all&gt; &amp; close</h1>" in lines


def test_page_has_the_line_given_on_its_own() -> None:
    assert "ok" in answers.page("x", "y", line="ok").splitlines()
