"""The document at ``/info``: what the server can do, and a random number for clients that have none."""

import json

ENTROPY_BITS = 32
"""`entropy` is a number from 0 to 2^32 - 1 (sockjs-protocol 0.3.3, "Info test")."""


def document(*, websocket: bool, cookie_needed: bool, entropy: int) -> str:
    """The JSON text of ``/info``; ``entropy`` is an unpredictable number of `ENTROPY_BITS` bits."""
    return json.dumps(
        {"websocket": websocket, "origins": ["*:*"], "cookie_needed": cookie_needed, "entropy": entropy},
        separators=(",", ":"),
    )
