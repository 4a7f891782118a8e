"""Refuses requests or responses by their Content-Type.

On the wire: a request whose body is of such a type is answered by the proxy itself; with ``of: response``, what the
server answered is thrown away and the proxy's answer put in its place. Parameters such as ``charset`` do not count.

Who does it: the OWASP core rule set (rule 920420), which does not allow ``text/plain``, for ModSecurity and its kind
(https://github.com/louislam/uptime-kuma/issues/4256, https://github.com/vercel/next.js/issues/77634). Responses of
type ``text/event-stream`` are what Azure Front Door does not support
(https://docs.azure.cn/en-us/frontdoor/standard-premium/websocket; what it does with them is not said).

What survives: with ``text/plain`` refused, websocket. Everything opens, for opening needs no body; then the first
message that is sent by ``xhr_send`` closes the connection with 1006. jsonp-polling sends a form and is not touched.
With ``of: response`` and ``text/event-stream``, everything but eventsource and iframe-eventsource.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import answers, media
from lab.network.bodies import BodyChange

_TEXT = "The proxy does not allow this content.\n"


class BlockContentTypes(BodyChange):
    """Refuses what has certain content types."""

    class Parameters(BodyChange.Parameters):
        """Which, where, and the answer."""

        types: list[str] = Field(["text/plain"], min_length=1, description="The types: text/plain, text/* ...")
        of: Literal["request", "response"] = Field(
            "request", description="Whose type: the request's or the response's."
        )
        status: answers.Status = Field(403, description="The status that they are answered with.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse a request by its type."""
        kind = media.kind(flow.request.headers)
        if self.parameters.of == "request" and media.is_one_of(kind, self.parameters.types):
            await answers.give(self, flow, self.parameters.status, because=f"the type {kind}", body=_TEXT)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse a response by its type."""
        if flow.response is None or self.parameters.of == "request":
            return
        kind = media.kind(flow.response.headers)
        if media.is_one_of(kind, self.parameters.types):
            status = self.parameters.status
            self.replace(flow, answers.response(status, _TEXT))
            self.did(flow, f"answered with {status} in place of a response of type {kind}", status=status)


addons = [BlockContentTypes.addon()]
