"""Refuses requests by their method.

On the wire: a request with one of the methods is answered by the proxy itself; with 405, ``Allow`` names GET and
HEAD. CONNECT passes (see ``connect_policy``).

Who does it: CloudFront whose behaviour allows GET and HEAD only answers POST with 403
(https://github.com/magda-io/magda/issues/736, https://github.com/serverless-nextjs/serverless-next.js/issues/454); a
proxy answered it with 405 (https://github.com/rstudio/shinyloadtest/issues/41). OPTIONS is refused by what asks for
credentials first (https://github.com/pomerium/pomerium/issues/78,
https://github.com/LearningLocker/learninglocker/issues/1004).

What survives: without POST, websocket. The xhr transports fail at once, since they receive by POST; eventsource,
htmlfile and jsonp-polling open, since they receive by GET, and then cannot send: the first message closes the
connection with 1006, or is lost unnoticed on jsonp-polling. Without OPTIONS, everything: SockJS sends its messages as
``text/plain``, for which browsers ask no leave.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.answers import ANSWERS, Answer, give
from lab.network.behaviour import Behaviour


class BlockMethods(Behaviour):
    """Refuses requests with certain methods."""

    class Parameters(Behaviour.Parameters):
        """Which, and the answer."""

        methods: list[str] = Field(["POST"], min_length=1, description="The methods that are refused.")
        answer: Answer = Field(405, description=ANSWERS)

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request if its method is one of them."""
        method = flow.request.method.upper()
        if method in {name.upper() for name in self.parameters.methods}:
            headers = {"Allow": "GET, HEAD"} if self.parameters.answer == 405 else None
            await give(self, flow, self.parameters.answer, because=f"the method {method}", headers=headers)


addons = [BlockMethods.addon()]
