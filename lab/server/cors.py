"""Cross-origin resource sharing: who may read the answers."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from lab.server.caching import cached_headers
from lab.server.dialects import Dialect

_USUAL_PORTS = {"http": 80, "https": 443}


def origin(text: str) -> str:
    """``text`` as browsers write an origin: scheme and host in small letters, the port where it is not the usual one.

    Raises:
        ValueError: it is no origin.
    """
    parts = urlsplit(text)
    if not parts.scheme or not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise ValueError(f"{text!r} is no origin: expected a scheme and a host, and a port if need be")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = parts.port is None or parts.port == _USUAL_PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}")


def is_allowed(origin: str | None, allowed: frozenset[str] | None) -> bool:
    """Whether a page of ``origin`` may use an endpoint that allows those origins (None: any)."""
    return allowed is None or origin is None or origin in allowed


def headers(request_headers: Mapping[str, str], allowed: frozenset[str] | None, dialect: Dialect) -> dict[str, str]:
    """The CORS headers of an answer.

    The request's headers are asked for by names in small letters.

    The origin is named, since browsers refuse ``*`` for requests with credentials. Nothing is allowed to origins
    that are not allowed.
    """
    origin = request_headers.get("origin")
    if not is_allowed(origin, allowed):
        return {"Vary": "Origin"}
    answer = {"Access-Control-Allow-Origin": dialect.null_origin if origin == "null" else origin or "*"}
    if origin or dialect.credentials_for_all:
        answer["Access-Control-Allow-Credentials"] = "true"
    answer["Vary"] = "Origin"
    wanted = request_headers.get("access-control-request-headers")
    if wanted:
        answer["Access-Control-Allow-Headers"] = wanted
    return answer


def preflight_headers(
    request_headers: Mapping[str, str], methods: str, allowed: frozenset[str] | None, dialect: Dialect
) -> dict[str, str]:
    """The headers of an answer to OPTIONS, which browsers may keep for a year; ``methods`` as in Allow."""
    answer = headers(request_headers, allowed, dialect)
    if "Access-Control-Allow-Origin" in answer:
        answer["Access-Control-Allow-Methods"] = methods
        answer["Access-Control-Max-Age"] = "31536000"
    return answer | cached_headers()
