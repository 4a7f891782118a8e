"""Replaces a text in the bodies of responses.

On the wire: each occurrence of ``find`` becomes ``put``, in responses of the named types; the length goes, and the
pieces pass as they come, but for the few bytes that may be the beginning of an occurrence.

Who does it: content filters (Privoxy: https://www.privoxy.org/user-manual/filter-file.html) and portals of SSL VPNs
that change the addresses in pages. With ``find: /lab/sockjs.js`` iframe.html loads another script, or none, as where
the CDN that it names has lost it (https://github.com/rstudio/shiny-server/pull/439).

What survives: whatever the text does not belong to. Where iframe.html loads no client, each iframe transport costs
all the time that it gets to open. For another version of the client there, see ``stale_iframe``.
"""

from mitmproxy import http
from pydantic import Field

from lab.network import media
from lab.network.bodies import BodyChange, Change
from lab.network.find import Find


class ReplaceText(BodyChange):
    """Replaces a text in bodies of responses as they pass."""

    class Parameters(BodyChange.Parameters):
        """What becomes what."""

        find: str = Field(min_length=1, description="The text that is looked for, as it stands.")
        put: str = Field("", description="What takes its place; nothing where empty.")
        types: list[str] = Field(
            ["text/*", "application/*"], min_length=1, description="Only these content types: text/html, text/* ..."
        )

    parameters: Parameters

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way."""
        self.join(flow)

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """Replace the text, where the type is one of them."""
        if not media.is_one_of(media.kind(response.headers), self.parameters.types):
            return None
        find = Find(self.parameters.find.encode(), self.parameters.put.encode())

        def replace(data: bytes) -> list[bytes]:
            before = find.found
            out = find(data)
            if find.found > before:
                self.did(flow, f"replaced {self.parameters.find} in the response", times=find.found - before)
            return out

        return replace


addons = [ReplaceText.addon()]
