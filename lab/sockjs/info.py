"""The document at ``/info``: what the server can do, and a random number for clients that have none."""

import json

ENTROPY_BITS = 32
"""`entropy` is a number from 0 to 2^32 - 1 (sockjs-protocol 0.3.3, "Info test")."""


def document(*, websocket: bool, cookie_needed: bool, entropy: int, base_url: str = "") -> str:
    """The JSON text of ``/info``.

    Args:
        websocket: Whether the endpoint offers websockets.
        cookie_needed: Whether a balancer needs the cookie.
        entropy: An unpredictable number of `ENTROPY_BITS` bits.
        base_url: Where sessions are to be opened instead; left out where empty.
    """
    content: dict[str, object] = {
        "websocket": websocket,
        "origins": ["*:*"],
        "cookie_needed": cookie_needed,
        "entropy": entropy,
    }
    if base_url:
        content["base_url"] = base_url
    return json.dumps(content, separators=(",", ":"))
