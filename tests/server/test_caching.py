from email.utils import parsedate_to_datetime

from lab.server.caching import YEAR_S, cached_headers


def test_cached_headers_agree() -> None:
    headers = cached_headers()
    assert headers["Cache-Control"] == f"public, max-age={YEAR_S}"
    assert parsedate_to_datetime(headers["Expires"]).utcoffset().total_seconds() == 0
