"""Collects a request's body before any of it goes on.

On the wire: the server sees neither the head nor a byte of a request before the client has sent all of it. Nothing
else changes.

Who does it: nginx by default (``proxy_request_buffering``,
https://nginx.org/en/docs/http/ngx_http_proxy_module.html), Azure Application Gateway by default
(https://docs.azure.cn/en-us/application-gateway/proxy-buffers), HAProxy with ``option http-buffer-request``.

What survives: everything: the client's requests are short and sent in one go. It is there to show that this is not
the trouble.
"""

from mitmproxy import http

from lab.network.behaviour import Behaviour


class RequestBuffering(Behaviour):
    """Holds requests until they are complete."""

    class Parameters(Behaviour.Parameters):
        """None."""

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to hold."""
        flow.request.stream = False
        if flow.request.method not in {"GET", "HEAD", "OPTIONS", "CONNECT"}:
            self.did(flow, "held the request until it was complete")


addons = [RequestBuffering.addon()]
