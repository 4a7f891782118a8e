"""Refuses ``/info``, the request that every SockJS client begins with.

On the wire: GET and OPTIONS of a path that ends with ``/info`` are answered by the proxy, or not at all; everything
else passes. ``html`` is a block page with status 200.

Who does it: anything that does not know this one URL: a path that is not passed on
(https://github.com/marmelab/ng-admin/issues/934), a gateway that asks for credentials, a WAF.

What survives: nothing. Without ``/info`` the client tries no transport, not even websocket: it closes with 1002
("Cannot connect to server"), at once, or after 8 s where there is no answer. The exception is ``html`` and any other
body with status 200: sockjs-client takes what is not JSON for an empty ``/info``, and goes on as if nothing were
wrong.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.answers import ANSWERS, HTML, TEXT, Answer, give, page
from lab.network.behaviour import Behaviour


class BlockInfo(Behaviour):
    """Refuses /info with a status, an HTML page, silence or the end of the connection."""

    class Parameters(Behaviour.Parameters):
        """The answer."""

        answer: Literal["html"] | Answer = Field(
            403, description=f"{ANSWERS.removesuffix('.')}; html: an HTML page with status 200."
        )

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request if it is for /info."""
        if not flow.request.path.partition("?")[0].endswith("/info"):
            return
        if self.parameters.answer == "html":
            text = page("Access denied", "This address is not allowed by the rules of your network.")
            await give(self, flow, 200, because="/info", body=text, content_type=HTML)
        else:
            text = "The proxy does not allow this request.\n"
            await give(self, flow, self.parameters.answer, because="/info", body=text, content_type=TEXT)


addons = [BlockInfo.addon()]
