"""Refuses requests whose URL has a forbidden word in it.

On the wire: such a request is answered with a status by the proxy itself, and never reaches the server.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class UrlFilter(Behaviour):
    """Answers requests with a forbidden word in their path."""

    class Parameters(Behaviour.Parameters):
        """The words, and the answer."""

        words: list[str] = Field(["stream"], description="The forbidden words.")
        status: int = Field(403, ge=400, le=599, description="The status that they are answered with.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request if its path has one of the words."""
        word = next((word for word in self.parameters.words if word in flow.request.path), None)
        if word is not None:
            flow.response = http.Response.make(self.parameters.status, b"Forbidden by our rules.\n")
            self.did(flow, f"found the word {word} in the URL and answered {self.parameters.status}", word=word)


addons = [UrlFilter.addon()]
