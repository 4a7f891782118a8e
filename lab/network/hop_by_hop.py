"""Headers that are for one connection only and not for what lies beyond (RFC 9110 section 7.6.1)."""

from mitmproxy.http import Headers, HTTPFlow

_NOT_HEADERS = frozenset({"close", "keep-alive", "upgrade"})
"""What ``Connection`` may say that names no header to be removed, or one that is removed anyway."""

_ASKED = "lab.asked_to_close"


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


def ask_to_close(flow: HTTPFlow, *, version: str | None = None) -> None:
    """Ask the server to close behind its answer, in another version of HTTP if need be; see `stay_with_client`."""
    request = flow.request
    flow.metadata.setdefault(_ASKED, (request.http_version, request.headers.get_all("connection")))
    request.headers["Connection"] = "close"
    request.http_version = version or request.http_version


def stay_with_client(flow: HTTPFlow) -> None:
    """Take back what the server was asked, in ``response``, so that the client's own connection stays open.

    mitmproxy has one request for both sides, and closes either connection where that says so. By then the server's
    has been decided on.
    """
    found = flow.metadata.pop(_ASKED, None)
    if found is not None:
        flow.request.http_version, connection = found
        flow.request.headers.set_all("Connection", connection)
