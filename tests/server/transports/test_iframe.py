"""The iframe page."""

import pytest

from lab.server.dialects import DIALECTS
from lab.server.transports.iframe import matches, page

PAGE = """<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="/lab/sockjs.js"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"""


@pytest.mark.parametrize("name", ["/iframe.html", "/iframe-0.1.2abc-dirty.2144.html?t=qweqweq123"])
async def test_page_is_served_for_a_year(serve, fetch, name: str) -> None:
    answer = await fetch("GET", await serve() + name)
    assert (answer.status, answer.text) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000"
    assert answer.headers["Expires"].endswith(" GMT")
    assert answer.headers["ETag"].startswith('"')
    assert not {"Last-Modified", "Set-Cookie"} & set(answer.headers)


async def test_page_is_not_sent_twice(serve, fetch) -> None:
    url = await serve(cookie=True) + "/iframe.html"
    etag = (await fetch("GET", url)).headers["ETag"]
    again = await fetch("GET", url, headers={"If-None-Match": etag})
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", etag)
    assert "Content-Type" not in again.headers
    assert (await fetch("GET", url, headers={"If-None-Match": '"other"'})).status == 200


def test_page_escapes_the_url() -> None:
    assert b'src="a&quot;&gt;&amp;"' in page('a">&', DIALECTS["current"])


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        (None, False),
        ("", False),
        ('"b"', False),
        ("a", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
    ],
)
def test_matches_reads_if_none_match(header: str | None, matched: bool) -> None:
    assert matches(header, '"a"') is matched
