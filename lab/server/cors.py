"""Cross-origin resource sharing: who may read the answers."""

from collections.abc import Mapping

from lab.server.caching import cached_headers


def is_allowed(origin: str | None, allowed: frozenset[str] | None) -> bool:
    """Whether a page of ``origin`` may use an endpoint that allows those origins (None: any)."""
    return allowed is None or origin is None or origin in allowed


def headers(request_headers: Mapping[str, str], allowed: frozenset[str] | None) -> dict[str, str]:
    """The CORS headers of an answer.

    The origin is named, since browsers refuse ``*`` for requests with credentials; a page that has none
    (``null``) gets ``*`` as sockjs-protocol 0.3.3 wants it. Nothing is allowed to origins that are not allowed.
    """
    origin = request_headers.get("Origin")
    if not is_allowed(origin, allowed):
        return {"Vary": "Origin"}
    answer = {
        "Access-Control-Allow-Origin": origin if origin and origin != "null" else "*",
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
    wanted = request_headers.get("Access-Control-Request-Headers")
    if wanted:
        answer["Access-Control-Allow-Headers"] = wanted
    return answer


def preflight_headers(
    request_headers: Mapping[str, str], methods: str, allowed: frozenset[str] | None
) -> dict[str, str]:
    """The headers of an answer to OPTIONS, which browsers may keep for a year; ``methods`` as in Allow."""
    answer = headers(request_headers, allowed)
    if "Access-Control-Allow-Origin" in answer:
        answer["Access-Control-Allow-Methods"] = methods
        answer["Access-Control-Max-Age"] = "31536000"
    return answer | cached_headers()
