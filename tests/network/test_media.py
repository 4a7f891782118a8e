import pytest
from mitmproxy.http import Headers

from lab.network.media import is_one_of, kind


@pytest.mark.parametrize(
    ("said", "is_kind"),
    [
        ("text/html", "text/html"),
        ("Text/HTML; charset=UTF-8", "text/html"),
        (" text/plain ;x", "text/plain"),
        ("", ""),
        (None, ""),
    ],
)
def test_kind_leaves_parameters_out(said: str | None, is_kind: str) -> None:
    assert kind(Headers() if said is None else Headers(content_type=said)) == is_kind


@pytest.mark.parametrize(
    ("found", "wanted", "matches"),
    [
        ("text/html", ["text/html"], True),
        ("text/html", ["TEXT/*"], True),
        ("text/html", ["text/plain", "*/html"], True),
        ("text/html", ["html"], False),
        ("text/html", [], False),
        # What has no type is none of any.
        ("", ["*"], False),
    ],
)
def test_type_matches_patterns(found: str, wanted: list[str], matches: bool) -> None:
    assert is_one_of(found, wanted) == matches
