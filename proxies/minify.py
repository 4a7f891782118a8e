"""Takes the line breaks out of scripts and pages, as minifiers do.

On the wire: CR and LF are removed from the bodies of responses with such a Content-Type; their length goes with them.
The pieces pass as they come: a minifier that wants a file whole is this behind ``buffering``.

Who does it: Chrome Data Saver and other compression proxies: the responses of the XHR transports are
``application/javascript``, so they are taken for scripts (https://github.com/sockjs/sockjs-node/issues/190, with
https://code.google.com/p/chromium/issues/detail?id=553828).

What survives: websocket, and eventsource, whose type is another. The line break is where a frame of the XHR
transports ends: without it none ever does, and both xhr-streaming and xhr-polling fail to open. jsonp-polling needs
no line breaks, nor does htmlfile.
"""

from mitmproxy import http
from pydantic import Field

from lab.network import media
from lab.network.bodies import BodyChange, Change

_SCRIPTS_AND_PAGES = ["application/javascript", "text/javascript", "text/css", "text/html"]


class Minify(BodyChange):
    """Removes line breaks from the bodies of responses."""

    class Parameters(BodyChange.Parameters):
        """From which."""

        types: list[str] = Field(
            _SCRIPTS_AND_PAGES, min_length=1, description="The content types: text/html, text/* ..."
        )

    parameters: Parameters

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way."""
        self.join(flow)

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """Remove the line breaks, where the type is one of them."""
        kind = media.kind(response.headers)
        if not media.is_one_of(kind, self.parameters.types):
            return None
        self.did(flow, f"began to remove the line breaks from a response of type {kind}")

        def without(data: bytes) -> list[bytes]:
            left = data.translate(None, b"\r\n")
            return [left] if left else []

        return without


addons = [Minify.addon()]
