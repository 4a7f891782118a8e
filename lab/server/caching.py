"""Cache headers of what may be kept for a year."""

import time
from email.utils import formatdate

YEAR_S = 31536000


def cached_headers() -> dict[str, str]:
    """The headers of an answer that may be kept for a year."""
    return {
        "Cache-Control": f"public, max-age={YEAR_S}",
        "Expires": formatdate(time.time() + YEAR_S, usegmt=True),
    }
