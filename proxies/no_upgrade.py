"""Lets no WebSocket handshake through.

On the wire, by ``answer``: ``strip`` passes the request on without ``Upgrade``, which goes the way of all hop-by-hop
headers: with it go ``Connection: Upgrade`` and every header that ``Connection`` names, so that the server sees an
ordinary GET and refuses it. ``keep-alive`` passes it on with ``Connection: keep-alive`` in place of
``Connection: Upgrade``, and keeps the server's answer to what now is an ordinary GET to itself, so that the client
waits. A status is the proxy's own answer, 200 with a page among them; ``hang`` is none; ``reset`` and ``close`` end
the connection with RST and FIN. With ``wait`` all that happens only then, and ``hang`` ends with FIN. With
``reaches_server`` the server is asked first, and it is its own answer, 101, that the client does not get. With
``over`` it is only about handshakes of HTTP/1.1, or about those of HTTP/2 (RFC 8441), for which the hop needs
``extended_connect: true``. There ``reset`` and ``close`` end the stream with RST_STREAM, and not the connection.

Who does it: nginx with a plain ``proxy_pass`` strips (https://nginx.org/en/docs/http/websocket.html), so do
tinyproxy (https://github.com/tinyproxy/tinyproxy/issues/101) and a company firewall on port 80 only
(https://github.com/websockets/wscat/issues/42), and Azure Front Door where it caches
(https://docs.azure.cn/zh-cn/frontdoor/standard-premium/websocket). A proxy that rewrote ``Connection`` to keep-alive
is told of in https://github.com/Atmosphere/atmosphere/issues/1486. IBM WebSEAL refuses every handshake by default
(https://www.ibm.com/docs/en/sva/11.0.3?topic=configuration-websockets), Blue Coat ProxySG refused them before
it supported WebSocket (https://knowledge.broadcom.com/external/article/259520/). ModSecurity on nginx made 200 of the
server's 101 (https://github.com/owasp-modsecurity/ModSecurity/issues/831). A Squid 3.1 forward proxy left handshakes
unanswered and closed after about 10 s (https://github.com/socketio/socket.io/issues/919). Gateways announced
WebSocket over HTTP/2 though what was behind could not do it: the extended CONNECT got 400
(https://github.com/plabayo/rama/issues/932) or RST_STREAM
(https://github.com/Start9Labs/start-technologies/issues/3775).

What survives: every HTTP transport. ``strip``, a status, ``reset`` and ``close`` cost the client next to nothing;
``hang`` and ``keep-alive`` cost it all the time that it gives websocket to open, and block further handshakes to the
same host and port. Chromium 150 and Firefox 153 do not try HTTP/1.1 where an extended CONNECT was refused (measured);
WebKitGTK never sends one. With ``reaches_server`` and ``hang`` the server has an open session that nobody uses.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import answers, connections, hop_by_hop
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_ASKED = "no_upgrade.asked"


class NoUpgrade(Behaviour):
    """Strips the Upgrade header, or refuses, ignores or cuts off who sends it."""

    class Parameters(Behaviour.Parameters):
        """What becomes of a request to upgrade."""

        answer: Literal["strip", "keep-alive"] | answers.Answer = Field(
            "strip",
            description=(
                "strip: pass the request on without Upgrade; keep-alive: rewrite Connection and let the client wait; "
                "a status: answer with it; hang: never answer; reset, close: end the connection with RST, FIN."
            ),
        )
        wait: Milliseconds | None = Field(
            None, description="How long the client waits before that; with hang and keep-alive: until FIN."
        )
        reaches_server: bool = Field(
            False, description="Whether the server is asked first; it is its answer that is lost then."
        )
        over: Literal["http1", "http2"] | None = Field(
            None, description="Only handshakes by this version of HTTP; both where left out."
        )

    acts_on = "up"
    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Act on a request to upgrade."""
        headers = flow.request.headers
        over = "http2" if flow.request.is_http2 else "http1"
        if "upgrade" not in headers or self.parameters.over not in {None, over}:
            return
        answer = self.parameters.answer
        if answer == "strip":
            if self.parameters.wait is not None:
                held = await connections.held(flow.client_conn, within_s=self.parameters.wait / 1000)
                if held == "over":
                    return
            hop_by_hop.strip_upgrade(headers)
            self.did(flow, "removed the Upgrade header")
        elif answer == "keep-alive":
            headers["Connection"] = "keep-alive"
            flow.metadata[_ASKED] = True
            self.did(flow, "rewrote Connection to keep-alive")
        elif self.parameters.reaches_server:
            flow.metadata[_ASKED] = True
        else:
            await self._answer(flow)

    async def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Keep the server's answer from the client, where the server was asked."""
        if flow.metadata.get(_ASKED):
            await self._answer(flow)

    async def _answer(self, flow: http.HTTPFlow) -> None:
        answer, wait = self.parameters.answer, self.parameters.wait
        wait_s = None if wait is None else wait / 1000
        what = "stream" if flow.request.is_http2 else "connection"
        if answer in {"hang", "keep-alive"}:
            self.did(flow, "left the upgrade request unanswered")
            held = await connections.held(flow.client_conn, within_s=wait_s)
            if held == "due":
                self.did(flow, f"closed the {what} of the upgrade request")
            if held != "over":
                connections.abandon(flow)
            return
        held = "due" if wait_s is None else await connections.held(flow.client_conn, within_s=wait_s)
        if held == "gone":
            connections.abandon(flow)
        elif held == "over":
            return
        elif answer == "reset":
            self.did(flow, f"reset the {what} of the upgrade request")
            connections.reset(flow.client_conn)
            connections.abandon(flow)
        elif answer == "close":
            self.did(flow, f"closed the {what} of the upgrade request")
            connections.abandon(flow)
        elif isinstance(answer, int):
            flow.response = refusal(answer, close=flow.response is not None)
            self.did(flow, f"answered the upgrade request with {answer}", status=answer)


def refusal(status: int, *, close: bool = False) -> http.Response:
    """The proxy's own answer to a handshake; ``close`` where the connection to the server cannot be used again."""
    headers = {"Connection": "close"} if close else {}
    if status == 426:
        # RFC 9110 section 15.5.22 requires it.
        headers |= {"Upgrade": "websocket", "Connection": "Upgrade"}
    elif status in {401, 407}:
        # As do sections 15.5.2 and 15.5.8.
        headers["WWW-Authenticate" if status == 401 else "Proxy-Authenticate"] = 'Basic realm="proxy"'
    if 200 <= status < 300:
        page = answers.page("Notice", "The proxy does not allow this upgrade.")
        return answers.response(status, page, answers.HTML, headers)
    return answers.response(status, "The proxy does not allow this upgrade.\n", headers=headers)


addons = [NoUpgrade.addon()]
