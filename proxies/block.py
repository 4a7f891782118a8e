"""Refuses requests: with a status, by not answering, or by ending the connection.

On the wire: the proxy answers by itself, and the server sees nothing. Alone it refuses every request; ``when`` says
which: ``block: {answer: 404, when: {url: "*/xhr_send*"}}``. CONNECT passes (see ``connect_policy``).

Who does it: every gateway with a rule. A server that answers OPTIONS with 401 or 403 because it asks for credentials
(https://github.com/pomerium/pomerium/issues/78); a CDN whose copy of the client's script, which iframe.html loads, is
gone (https://github.com/rstudio/shiny-server/pull/439).

What survives: what is not refused. A status, ``reset`` and ``close`` cost the client next to nothing. ``hang`` costs
the time that the transport gets to open, and 8 s for ``/info``, without which nothing is tried. After the connection
has opened, any status but 200 ends a receiving request for good, and any but 200 and 204 a sending one: the client
closes with 1006 and does not fall back.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.answers import ANSWERS, TEXT, Answer, give
from lab.network.behaviour import Behaviour


class Block(Behaviour):
    """Answers requests by itself, or does not answer them."""

    class Parameters(Behaviour.Parameters):
        """The answer."""

        answer: Answer = Field(403, description=ANSWERS)
        body: str = Field(
            "The proxy does not allow this request.\n", description="The body of an answer with a status."
        )
        content_type: str = Field(TEXT, description="The Content-Type of an answer with a status.")
        headers: dict[str, str] = Field(
            default_factory=dict, description="Further headers of an answer with a status."
        )

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request."""
        settings = self.parameters
        await give(
            self,
            flow,
            settings.answer,
            body=settings.body,
            content_type=settings.content_type,
            headers=settings.headers,
        )


addons = [Block.addon()]
