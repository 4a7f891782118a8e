import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.sockjs.paths import Path, parse


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", Path("greeting")),
        ("/", Path("greeting")),
        ("/info", Path("info")),
        ("/websocket", Path("websocket")),
        ("/iframe.html", Path("iframe")),
        ("/iframe-a.html", Path("iframe")),
        ("/iframe-.html", Path("iframe")),
        ("/iframe-0.1.2abc-dirty.2144.html", Path("iframe")),
        ("/000/abc/xhr", Path("xhr", "000", "abc")),
        ("/_/_/websocket", Path("websocket", "_", "_")),
        ("/abcdefgh_i-j%20/abcdefg_i-j%20/xhr", Path("xhr", "abcdefgh_i-j%20", "abcdefg_i-j%20")),
        ("/info/info/info", Path("info", "info", "info")),
    ],
)
def test_parse_names_path(path: str, expected: Path) -> None:
    assert parse(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("//", "///", "////", "/a", "/a.html", "/a/a", "/a/a/", "/a/", "/info/", "/Info", "info", "/a/b/c/d"),
        *("/iframe.htm", "/iframe", "/IFRAME.HTML", "/iframe.HTML", "/iframe.xml", "/iframe-/.html", "/iframehtml"),
        *("/a./a/xhr", "/a/a./xhr", "/././xhr", "//a/xhr", "/a//xhr", "/a/a/xhr/", "/a/b/", "x/a/b/xhr"),
    ],
)
def test_parse_refuses_path(path: str) -> None:
    assert parse(path) is None


@given(st.text("/.ax%", max_size=12))
def test_parse_gives_no_session_without_an_id(path: str) -> None:
    parsed = parse(path)
    if parsed is not None and path.count("/") == 3:
        assert parsed.session and parsed.server and parsed.name
        assert "." not in parsed.session + parsed.server
