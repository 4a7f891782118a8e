"""Speaks HTTP/1.0 to the server, to the client, or to both.

On the wire, to the server: requests say HTTP/1.0 and ``Connection: close``, and lose ``Upgrade`` as HTTP/1.0 has
none; the answer is not chunked and ends with its connection, and the client gets it in chunks. To the client:
responses say HTTP/1.0 and ``Connection: close``, chunks and their sizes are taken out, and the end of the
connection ends them.

Who does it: nginx before 1.29.7 to the server (https://nginx.org/en/docs/http/ngx_http_proxy_module.html; the server
saw 1.0 and ``Connection: close``, measured with nginx 1.22.1 on Debian 12). To the client: old versions of Squid
(https://github.com/netty/netty/issues/5382) and lighttpd.

What survives: every HTTP transport, streaming too where nothing is buffered as well; websocket does not. Each poll
costs a new connection where the client is spoken to so, and a stream that is cut off looks ended in good order to
it.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import hop_by_hop
from lab.network.behaviour import Behaviour

_OLD = "HTTP/1.0"
_NEW = "HTTP/1.1"


class Http10(Behaviour):
    """Downgrades HTTP to 1.0."""

    class Parameters(Behaviour.Parameters):
        """To whom."""

        side: Literal["server", "client", "both"] = Field("server", description="Who is spoken to in HTTP/1.0.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask the server in HTTP/1.0."""
        if self.parameters.side == "client":
            return
        request = flow.request
        if "upgrade" in request.headers:
            hop_by_hop.strip_upgrade(request.headers)
        hop_by_hop.ask_to_close(flow, version=_OLD)
        self.did(flow, "asked the server in HTTP/1.0")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Answer the client in HTTP/1.0, or in 1.1 what the server has answered in 1.0."""
        response = flow.response
        if response is None or response.status_code == 101:
            return
        headers = response.headers
        if self.parameters.side == "server":
            unbounded = "content-length" not in headers and "transfer-encoding" not in headers
            headers.pop("connection", None)
            if response.http_version == _OLD:
                response.http_version = _NEW
                if unbounded and response.status_code not in {204, 304} and flow.request.method != "HEAD":
                    headers["Transfer-Encoding"] = "chunked"
        else:
            response.http_version = _OLD
            headers.pop("transfer-encoding", None)
            headers["Connection"] = "close"
            self.did(flow, "answered the client in HTTP/1.0")

    def response(self, flow: http.HTTPFlow) -> None:
        """Keep the client's connection."""
        hop_by_hop.stay_with_client(flow)


addons = [Http10.addon()]
