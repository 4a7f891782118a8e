"""Cache headers: an answer is kept for a year, or not at all."""

import time
from email.utils import formatdate

NOT_CACHED = "no-store, no-cache, no-transform, must-revalidate, max-age=0"
"""Cache-Control of everything that belongs to a session (sockjs-protocol 0.3.3, with no-transform for proxies)."""

YEAR_S = 31536000


def cached_headers() -> dict[str, str]:
    """The headers of an answer that may be kept for a year."""
    return {
        "Cache-Control": f"public, max-age={YEAR_S}",
        "Expires": formatdate(time.time() + YEAR_S, usegmt=True),
    }
