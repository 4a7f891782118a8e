"""A forward proxy's rule for CONNECT: which ports and hosts may be tunnelled to.

On the wire: CONNECT to any other port or host is answered with a status and no tunnel, or not at all, or the
connection is cut off. Requests that are not CONNECT pass. A browser with a configured proxy opens every ``ws://``
with CONNECT, port 80 included, except WebKitGTK, which asks for it as for any plain page.

Who does it: Squid, whose ``SSL_ports`` is 443 (403 measured with Squid 5.7 on Debian 12), Apache, whose
``AllowCONNECT`` is 443 and 563 (https://httpd.apache.org/docs/2.4/mod/mod_proxy_connect.html), Sophos UTM, which
allows 80, 443 and a few more
(https://docs.sophos.com/nsg/sophos-utm/utm/9.708/help/en-us/Content/utm/utmAdminGuide/WebProtFilteringOptionsMisc.htm),
a mobile carrier (https://github.com/crossbario/autobahn-js/issues/320). Proxies that want a user's name answer 407,
which some websocket stacks cannot go on from (https://github.com/ashmind/SharpLab/issues/266).

What survives: on ``http`` every HTTP transport, which needs no CONNECT; websocket fails at once where the browser
asks for it with CONNECT. On ``https`` with an allowed port everything, with another port nothing, ``/info`` included.
"""

from typing import Annotated, Literal

from mitmproxy import http
from pydantic import Field

from lab.network import answers, media
from lab.network.behaviour import Behaviour


class ConnectPolicy(Behaviour):
    """Refuses CONNECT to all but some ports and hosts."""

    class Parameters(Behaviour.Parameters):
        """The rule."""

        ports: list[int | Literal["any"]] = Field(
            [443], description="The ports that CONNECT may name; any stands for all of them."
        )
        hosts: list[str] = Field(
            ["*"], description="The hosts that CONNECT may name, as patterns such as *.example.test."
        )
        status: Literal["hang", "reset", "close"] | Annotated[int, Field(ge=400, le=599)] = Field(
            403, description="What others are answered with: a status; hang: nothing; reset, close: RST, FIN."
        )
        challenge: str = Field(
            'Basic realm="proxy"', description="With 407: how the user is to be named, as Proxy-Authenticate."
        )
        close: bool = Field(False, description="Whether the connection is closed after a status, and says so.")

    parameters: Parameters

    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuse the CONNECT if its port or its host is not allowed."""
        host, port = flow.request.host, flow.request.port
        answer = self.parameters.status
        if not self._refuses(host, port):
            return
        if not isinstance(answer, int):
            await answers.give(self, flow, answer, because=f"CONNECT to {host}:{port}")
            return
        headers = {"Proxy-Authenticate": self.parameters.challenge} if answer == 407 else {}
        if self.parameters.close:
            headers |= {"Connection": "close", "Proxy-Connection": "close"}
        flow.response = answers.response(answer, "CONNECT to this address is not allowed.\n", headers=headers)
        refused = f"port {port}" if self._refuses_port(port) else f"{host}:{port}"
        self.did(flow, f"refused CONNECT to {refused}", host=host, port=port, status=answer)

    def _refuses(self, host: str, port: int) -> bool:
        return self._refuses_port(port) or not media.is_one_of(host.lower(), self.parameters.hosts)

    def _refuses_port(self, port: int) -> bool:
        return port not in self.parameters.ports and "any" not in self.parameters.ports


addons = [ConnectPolicy.addon()]
