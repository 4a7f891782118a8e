"""The handshake of a websocket (RFC 6455, hybi-07, hybi-10): who gets one, and the answer that opens it."""

import base64
import hashlib

from lab.server import cors
from lab.server.answers import TEXT, refusal, session_headers
from lab.server.exchange import Answer, Request
from lab.server.options import ServerOptions

VERSIONS = frozenset({"7", "8", "13"})
"""Of the websocket protocol: drafts hybi-07, hybi-10 and RFC 6455 read the same frames."""
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def refuse(request: Request, options: ServerOptions) -> Answer | None:
    """The answer to a request that opens no websocket; None where it may."""
    headers = request.headers
    if not options.websocket:
        return refusal(request, options, 404)
    if request.method != "GET":
        return Answer(405, {"Allow": "GET"})
    if headers.get("upgrade", "").lower().strip() != "websocket":
        return refusal(request, options, 400, 'Can "Upgrade" only to "WebSocket".')
    if "upgrade" not in [token.strip().lower() for token in headers.get("connection", "").split(",")]:
        return refusal(request, options, 400, '"Connection" must be "Upgrade".')
    # Versions 7 and 8 (hybi-10) name the page's origin in a header of their own.
    origin = headers.get("origin", headers.get("sec-websocket-origin"))
    if not cors.is_allowed(origin, options.allowed_origins):
        return refusal(request, options, 403)
    if headers.get("sec-websocket-version") not in VERSIONS:
        versions = {"Sec-WebSocket-Version": "13, 8, 7"}
        return Answer(400, versions | session_headers(request, options, TEXT), b"Unsupported version.")
    if not _is_key(headers.get("sec-websocket-key", "")):
        return refusal(request, options, 400, "Handshake error.")
    return None


def handshake(request: Request) -> dict[str, str]:
    """The headers of the answer that opens a websocket (RFC 6455, section 4.2.2)."""
    proof = hashlib.sha1(request.headers["sec-websocket-key"].encode() + _GUID, usedforsecurity=False).digest()
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": base64.b64encode(proof).decode(),
    }


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False
