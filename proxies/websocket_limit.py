"""Ends a websocket on a message that is too long, or cuts long messages into frames.

On the wire: a message of more than ``message`` bytes is not passed on; both sides get a closing frame with the code
1009 (RFC 6455 section 7.4.1), then FIN. Messages of more than ``frame`` bytes leave in several frames, which RFC 6455
section 5.4 allows every intermediary; some servers and clients cannot read them.

Who does it: AWS API Gateway closes with 1009 on messages of more than 128 KB
(https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).

What survives: everything with short messages. One long message ends the session with 1009; the HTTP transports would
have carried it, but the client does not fall back once it was open.
"""

from mitmproxy import http
from pydantic import Field

from lab.network import websockets
from lab.network.behaviour import Behaviour
from lab.units import Bytes

_TOO_LONG = 1009


class WebsocketLimit(Behaviour):
    """Limits the length of messages and frames."""

    class Parameters(Behaviour.Parameters):
        """The limits."""

        message: Bytes | None = Field(128 * 1024, description="The longest message that passes; null: of any length.")
        frame: Bytes | None = Field(
            None, ge=1, description="The longest frame that leaves: longer ones are cut; null: as they came."
        )

    parameters: Parameters

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Limit the frames."""
        self._limit_frames(flow)

    def _limit_frames(self, flow: http.HTTPFlow) -> None:
        if self.parameters.frame is not None and websockets.treatment(flow).fragment is None:
            websockets.treatment(flow).fragment = self.parameters.frame
            self.did(flow, f"began to cut messages into frames of {self.parameters.frame} bytes")

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Refuse a message that is too long."""
        assert flow.websocket is not None
        self._limit_frames(flow)
        message, limit = flow.websocket.messages[-1], self.parameters.message
        if limit is not None and len(message.content) > limit:
            websockets.drop(message)
            self.did(flow, f"ended the websocket on a message of more than {limit} bytes", bytes=len(message.content))
            await websockets.end(flow, "close", code=_TOO_LONG, reason="message too long")


addons = [WebsocketLimit.addon()]
