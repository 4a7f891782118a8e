"""A forward proxy's rule for CONNECT: which ports may be tunnelled to.

On the wire: CONNECT to any other port is answered with a status and no tunnel. Requests that are not CONNECT
pass. A browser with a configured proxy opens every ``ws://`` with CONNECT, port 80 included, except WebKitGTK,
which asks for it as for any plain page.

Who does it: Squid, whose ``SSL_ports`` is 443 (403 measured with Squid 5.7 on Debian 12), Apache, whose
``AllowCONNECT`` is 443 and 563 (https://httpd.apache.org/docs/2.4/mod/mod_proxy_connect.html), a mobile
carrier (https://github.com/crossbario/autobahn-js/issues/320).

What survives: on ``http`` every HTTP transport, which needs no CONNECT; websocket fails at once where the browser
asks for it with CONNECT. On ``https`` with port 443 everything, with another port nothing, ``/info`` included.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class ConnectPolicy(Behaviour):
    """Refuses CONNECT to all but some ports."""

    class Parameters(Behaviour.Parameters):
        """The rule."""

        ports: list[int] = Field([443], description="The ports that CONNECT may name.")
        status: int = Field(403, ge=400, le=599, description="The status that other ports are answered with.")

    parameters: Parameters

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuse the CONNECT if its port is not allowed."""
        port = flow.request.port
        if port in self.parameters.ports:
            return
        flow.response = http.Response.make(
            self.parameters.status, b"CONNECT to this port is not allowed.\n", {"Content-Type": "text/plain"}
        )
        self.did(flow, f"refused CONNECT to port {port}", port=port, status=self.parameters.status)


addons = [ConnectPolicy.addon()]
