"""Passes requests on without their bodies.

On the wire: a request that has a body reaches the server with ``Content-Length: 0``.

Who does it: no product is known that documents it. A retry after an authentication dialogue without the body looks
like this to the server, and so does a redirect that turns a POST into a GET.

What survives: websocket. Every transport opens, since receiving needs no body; the first message that is sent is
answered with 500 ("Payload expected."), and the client closes with 1006. On jsonp-polling, whose form cannot tell, it
is lost unnoticed.
"""

from mitmproxy import http

from lab.network.behaviour import Behaviour


class DropRequestBody(Behaviour):
    """Removes the bodies of requests."""

    class Parameters(Behaviour.Parameters):
        """None."""

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask for the whole body, if there is one."""
        headers = flow.request.headers
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            flow.request.stream = False
            flow.metadata["drop_request_body"] = True

    def request(self, flow: http.HTTPFlow) -> None:
        """Drop it."""
        if not flow.metadata.get("drop_request_body"):
            return
        size = len(flow.request.raw_content or b"")
        flow.request.headers.pop("transfer-encoding", None)
        # Sets Content-Length, too.
        flow.request.content = b""
        self.did(flow, f"dropped the request's body of {size} bytes", bytes=size)


addons = [DropRequestBody.addon()]
