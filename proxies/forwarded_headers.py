"""Adds what proxies say of themselves and of the client: Via, X-Forwarded-For and their like.

On the wire: each request gets the headers that are not null or false, websocket handshakes included; what an earlier
proxy said in Via and X-Forwarded-For is kept, and added to. Responses get Via, too.

Who does it: Squid adds Via and X-Forwarded-For, Apache X-Forwarded-For, -Host and -Server, HAProxy with ``option
forwardfor`` X-Forwarded-For (measured with Debian 12's Squid 5.7 and Apache 2.4.71). RFC 9110 section 7.6.3 asks a
proxy for Via.

What survives: everything: a control. It matters to servers: one that builds addresses from X-Forwarded-Proto behind a
TLS terminator that does not say it sends an ``http://`` address to an ``https://`` page, and a server that sees Via
may leave out compression (nginx's gzip_proxied, https://nginx.org/en/docs/http/ngx_http_gzip_module.html).
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class ForwardedHeaders(Behaviour):
    """Adds Via and the X-Forwarded headers."""

    class Parameters(Behaviour.Parameters):
        """Which of them, and what they say."""

        via: str | None = Field("1.1 proxy", description="What Via says; it is not added where null.")
        x_forwarded_for: bool = Field(True, description="Whether the client's address is added to X-Forwarded-For.")
        x_forwarded_proto: Literal["http", "https", "client"] | None = Field(
            None,
            description="What X-Forwarded-Proto says; client: what the client speaks; it is not set where null.",
        )
        x_forwarded_host: bool = Field(False, description="Whether X-Forwarded-Host says the Host of the request.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Add them to the request."""
        headers = flow.request.headers
        said = []
        if self.parameters.via is not None:
            _append(headers, "Via", self.parameters.via)
            said.append("Via")
        if self.parameters.x_forwarded_for:
            _append(headers, "X-Forwarded-For", flow.client_conn.peername[0])
            said.append("X-Forwarded-For")
        if self.parameters.x_forwarded_proto is not None:
            spoken = "https" if flow.client_conn.tls else "http"
            wanted = self.parameters.x_forwarded_proto
            headers["X-Forwarded-Proto"] = spoken if wanted == "client" else wanted
            said.append("X-Forwarded-Proto")
        if self.parameters.x_forwarded_host:
            headers["X-Forwarded-Host"] = flow.request.host_header or flow.request.host
            said.append("X-Forwarded-Host")
        if said:
            self.did(flow, f"added {', '.join(said)} to the request", names=said)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Add Via to the response."""
        if flow.response is not None and self.parameters.via is not None:
            _append(flow.response.headers, "Via", self.parameters.via)


def _append(headers: http.Headers, name: str, value: str) -> None:
    there = headers.get(name)
    headers[name] = f"{there}, {value}" if there else value


addons = [ForwardedHeaders.addon()]
