"""Says another Content-Type of a request or a response than it has.

On the wire: ``Content-Type`` of messages with a body becomes ``to``, or is removed where that is null; bodies stay as
they are. ``types`` says of which.

Who does it: no product is known that documents it for requests (a SockJS server takes any type for ``xhr_send``, and
looks for a form in ``jsonp_send``). Of responses it is gateways that scan: what they do not know becomes
``application/octet-stream`` or ``text/plain``.

What survives: everything but eventsource, which browsers refuse unless it is ``text/event-stream``, and htmlfile
unless it is ``text/html``. As ``text/plain`` Chromium holds a stream back below 1 KB to sniff it, which is less than
the prelude of xhr-streaming. Where ``X-Content-Type-Options: nosniff`` is said, jsonp-polling needs a script's type.
A request of jsonp-polling without its form type loses its messages.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import media
from lab.network.behaviour import Behaviour


class RewriteContentType(Behaviour):
    """Changes or removes Content-Type."""

    class Parameters(Behaviour.Parameters):
        """Of what, and to what."""

        of: Literal["request", "response"] = Field(
            "response", description="Whose type is changed: the request's or the response's."
        )
        to: str | None = Field("text/plain", description="What it says then; removed where null.")
        types: list[str] = Field(["*"], min_length=1, description="Which types are changed: text/html, text/* ...")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Change it in a request."""
        if self.parameters.of == "request":
            self._change(flow, flow.request.headers)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Change it in a response."""
        if self.parameters.of == "response" and flow.response is not None:
            self._change(flow, flow.response.headers)

    def _change(self, flow: http.HTTPFlow, headers: http.Headers) -> None:
        kind = media.kind(headers)
        if not media.is_one_of(kind, self.parameters.types):
            return
        if self.parameters.to is None:
            del headers["content-type"]
            self.did(flow, f"removed the type {kind} of the {self.parameters.of}")
        else:
            headers["Content-Type"] = self.parameters.to
            self.did(flow, f"changed the type {kind} of the {self.parameters.of} to {self.parameters.to}")


addons = [RewriteContentType.addon()]
