"""Headers that are for one connection only, and not for what lies beyond (RFC 9110 section 7.6.1)."""

from mitmproxy.http import Headers

_NOT_HEADERS = frozenset({"close", "keep-alive", "upgrade"})
"""What ``Connection`` may say that names no header to be removed, or one that is removed anyway."""


def strip_upgrade(headers: Headers) -> None:
    """Remove Upgrade, and with it what goes the same way: every header that Connection names."""
    tokens = [token.strip() for token in headers.get("connection", "").split(",") if token.strip()]
    for token in tokens:
        if token.lower() not in _NOT_HEADERS:
            headers.pop(token, None)
    kept = [token for token in tokens if token.lower() in {"close", "keep-alive"}]
    headers.pop("upgrade", None)
    headers.pop("connection", None)
    if kept:
        headers["Connection"] = ", ".join(kept)
