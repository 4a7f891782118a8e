"""Removes the cookies of requests that come from pages of another site, as browsers do that block them.

On the wire: a request is from another site if ``Sec-Fetch-Site`` says so, and where that is not sent, if the site of
``Origin`` or else ``Referer`` is not that of ``Host``. Its ``Cookie`` is removed, and ``Set-Cookie`` from its
response. A site is the last two labels of a name with the scheme left out (``www.example.test`` and
``sock.example.test`` are one); below ``localhost`` each name is a site of its own, as in the browsers. What an iframe
of the server's own asks for looks like the server's own, and passes.

Who does it: Safari and every browser on iOS, Brave, private windows: about 9 % of the signed-in users of one service
(https://github.com/onfido/onfido-sdk-ui/issues/323, https://github.com/tldraw/tldraw/issues/10886). It is a browser's
doing; here it stands in the network, so that it can be had in every engine.

What survives: every transport at one server. Where a balancer relies on a cookie, everything but websocket fails on
an endpoint of another site; on the page's own site nothing changes.
"""

from urllib.parse import urlsplit

from mitmproxy import http

from lab.network.behaviour import Behaviour


class ThirdPartyCookies(Behaviour):
    """Removes cookies where the request comes from a page of another site."""

    class Parameters(Behaviour.Parameters):
        """None."""

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Remove them from Cookie."""
        if is_third_party(flow.request) and flow.request.headers.pop("cookie", None) is not None:
            self.did(flow, "removed the third-party cookies of the request")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Remove them from Set-Cookie."""
        if flow.response is None or "set-cookie" not in flow.response.headers or not is_third_party(flow.request):
            return
        del flow.response.headers["set-cookie"]
        self.did(flow, "removed the third-party cookies of the response")


def is_third_party(request: http.Request) -> bool:
    """Whether the request comes from a page of another site."""
    says: str | None = request.headers.get("sec-fetch-site")
    if says is not None:
        return says == "cross-site"
    page = request.headers.get("origin") or request.headers.get("referer")
    if page is None:
        return False
    host = urlsplit(page).hostname
    # An Origin of null names no site: it is nobody's own.
    return host is None or site(host) != site(urlsplit(f"//{request.host_header or request.host}").hostname or "")


def site(host: str) -> str:
    """The site that a host belongs to."""
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or ":" in host:
        return host.lower()
    return ".".join(labels[-2:])


addons = [ThirdPartyCookies.addon()]
