"""Mangles the agreement on compression (permessage-deflate, RFC 7692) that a websocket's handshake makes.

On the wire, by ``do``: ``remove_offer`` takes ``Sec-WebSocket-Extensions`` out of the request, so that nothing is
agreed on. ``remove_answer`` takes it out of the answer: the server compresses, the client does not expect it.
``claim`` puts it into the answer although the server did not agree: the client compresses, the server does not
expect it. In both, frames pass unread, and whoever gets the first one with its reserved bit RSV1 set must fail the
connection (RFC 6455 section 5.2). ``set_rsv1`` agrees on nothing and sets that bit on the messages of one
``direction``. ``cut`` lets both sides agree, and cuts them off with FIN on the first message: a relay that cannot
read what it let happen.

Who does it: relays that pass the offer on and end the session on the first compressed frame
(https://github.com/alganet/lint-http/pull/518); "RSV1 must be clear" behind a CDN for reasons unknown
(https://github.com/websockets/ws/issues/1238).

What survives: with ``remove_offer`` everything. sockjs-node and this lab's server never agree on compression, so that
``remove_answer`` and ``cut`` change nothing there. With ``claim`` the websocket opens, and ends on the first message
that the client sends; with ``set_rsv1: down`` it ends on the open frame, and the client falls back.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import websockets
from lab.network.behaviour import Behaviour

_HEADER = "Sec-WebSocket-Extensions"
_NAME = "permessage-deflate"


class WebsocketExtensions(Behaviour):
    """Mangles the agreement on compressed frames."""

    class Parameters(Behaviour.Parameters):
        """How."""

        do: Literal["remove_offer", "remove_answer", "claim", "set_rsv1", "cut"] = Field(
            "claim",
            description=(
                "remove_offer, remove_answer: take it out of the request, the answer; claim: pretend that the server "
                "agreed; set_rsv1: set the bit unasked; cut: end on the first message where both agreed."
            ),
        )
        direction: Literal["up", "down"] = Field(
            "down", description="With set_rsv1: up: what the client sends; down: what the server sends."
        )

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Remove the offer."""
        if self.parameters.do == "remove_offer" and flow.request.headers.pop(_HEADER, None):
            self.did(flow, "removed the offer to compress frames")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Mangle the answer."""
        response = flow.response
        if response is None or response.status_code != 101:
            return
        agreed = _NAME in response.headers.get(_HEADER, "")
        if self.parameters.do == "remove_answer" and agreed:
            del response.headers[_HEADER]
            websockets.treatment(flow).raw = True
            self.did(flow, "removed the server's consent to compress frames")
        elif self.parameters.do == "claim" and not agreed and _NAME in flow.request.headers.get(_HEADER, ""):
            response.headers[_HEADER] = _NAME
            websockets.treatment(flow).raw = True
            self.did(flow, "pretended that the server had agreed to compress frames")

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Begin to set the bit."""
        if self.parameters.do == "set_rsv1":
            websockets.treatment(flow).set_rsv1.add(self.parameters.direction == "up")
            self.did(flow, f"began to set RSV1 on what goes {self.parameters.direction}")

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Cut where the sides have agreed."""
        assert flow.websocket is not None
        assert flow.response is not None
        if self.parameters.do == "cut" and _NAME in flow.response.headers.get(_HEADER, ""):
            websockets.drop(flow.websocket.messages[-1])
            self.did(flow, "ended the websocket on its first compressed message")
            await websockets.end(flow, "fin")


addons = [WebsocketExtensions.addon()]
