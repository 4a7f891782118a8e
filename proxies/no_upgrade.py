"""Lets no WebSocket handshake through.

On the wire: a request with an ``Upgrade`` header is either passed on without it (``answer: strip``), answered
by the proxy itself with a status, never answered (``hang``), or cut off with a TCP reset (``reset``). Stripped,
``Upgrade`` goes the way of all hop-by-hop headers: with it go ``Connection: Upgrade`` and every header that
``Connection`` names, so that the server sees an ordinary GET and refuses it.

Who does it: nginx with a plain ``proxy_pass`` strips (https://nginx.org/en/docs/http/websocket.html), so do
tinyproxy (https://github.com/tinyproxy/tinyproxy/issues/101) and a company firewall on port 80 only
(https://github.com/websockets/wscat/issues/42). IBM WebSEAL refuses every handshake by default
(https://www.ibm.com/docs/en/sva/11.0.3?topic=configuration-websockets), Blue Coat ProxySG refused them before
it supported WebSocket (https://knowledge.broadcom.com/external/article/259520/). A Squid 3.1 forward proxy left
them unanswered (https://github.com/socketio/socket.io/issues/919).

What survives: every HTTP transport. ``strip``, a status and ``reset`` cost the client next to nothing; ``hang``
costs it all the time that it gives websocket to open, and blocks further handshakes to the same host and port.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import connections
from lab.network.behaviour import Behaviour

_NOT_HEADERS = frozenset({"close", "keep-alive", "upgrade"})
"""What ``Connection`` may say that names no header to be removed, or one that is removed anyway."""


class NoUpgrade(Behaviour):
    """Strips the Upgrade header, or refuses, ignores or cuts off who sends it."""

    class Parameters(Behaviour.Parameters):
        """What becomes of a request to upgrade."""

        answer: Literal["strip", "hang", "reset", 400, 403, 426, 501, 502] = Field(
            "strip",
            description=(
                "strip: pass the request on without Upgrade; a status: answer with it; "
                "hang: never answer; reset: cut the connection off with RST."
            ),
        )

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Act on a request to upgrade."""
        if "upgrade" not in flow.request.headers:
            return
        answer = self.parameters.answer
        if answer == "strip":
            strip(flow.request.headers)
            self.did(flow, "removed the Upgrade header")
        elif answer == "hang":
            self.did(flow, "left the upgrade request unanswered")
            await connections.gone(flow.client_conn)
            connections.abandon(flow)
        elif answer == "reset":
            self.did(flow, "reset the connection of the upgrade request")
            connections.reset(flow.client_conn)
            connections.abandon(flow)
        else:
            flow.response = refusal(answer)
            self.did(flow, f"answered the upgrade request with {answer}", status=answer)


def strip(headers: http.Headers) -> None:
    """Remove Upgrade as a hop-by-hop header (RFC 9110 section 7.6.1)."""
    tokens = [token.strip() for token in headers.get("connection", "").split(",") if token.strip()]
    for token in tokens:
        if token.lower() not in _NOT_HEADERS:
            headers.pop(token, None)
    kept = [token for token in tokens if token.lower() in {"close", "keep-alive"}]
    headers.pop("upgrade")
    headers.pop("connection", None)
    if kept:
        headers["Connection"] = ", ".join(kept)


def refusal(status: int) -> http.Response:
    """The proxy's own answer to a handshake."""
    headers = {"Content-Type": "text/plain"}
    if status == 426:
        # RFC 9110 section 15.5.22 requires it.
        headers |= {"Upgrade": "websocket", "Connection": "Upgrade"}
    return http.Response.make(status, b"The proxy does not allow this upgrade.\n", headers)


addons = [NoUpgrade.addon()]
