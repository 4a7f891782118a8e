"""Removes cookies on their way.

On the wire: the named cookies, or all, are taken out of ``Cookie`` in requests and out of ``Set-Cookie`` in
responses, websocket handshakes included. A ``Cookie`` header that is empty then is removed.

Who does it: what a browser that blocks third-party cookies does to an affinity cookie looks the same from the
server (https://github.com/onfido/onfido-sdk-ui/issues/323, https://github.com/tldraw/tldraw/issues/10886), and
privacy proxies such as Privoxy edit cookies by rule.

What survives: every transport at one server. Where several servers are told apart by a cookie, the requests of
one session reach different ones, and all but websocket fail.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class StripCookies(Behaviour):
    """Removes cookies from requests, responses or both."""

    class Parameters(Behaviour.Parameters):
        """Which cookies, and where."""

        from_: Literal["request", "response", "both"] = Field(
            "both", alias="from", description="Where cookies are removed: request, response or both."
        )
        names: list[str] = Field(
            default_factory=list, description="The cookies to remove; all where the list is empty."
        )

    parameters: Parameters

    def _strips(self, cookie: str) -> bool:
        name = cookie.partition("=")[0].strip()
        return not self.parameters.names or name in self.parameters.names

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Remove them from Cookie."""
        if self.parameters.from_ == "response":
            return
        headers = flow.request.headers
        cookies = [cookie.strip() for line in headers.get_all("cookie") for cookie in line.split(";")]
        kept = [cookie for cookie in cookies if not self._strips(cookie)]
        if len(kept) < len(cookies):
            headers.set_all("Cookie", ["; ".join(kept)] if kept else [])
            self._tell(flow, "request", [cookie for cookie in cookies if self._strips(cookie)])

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Remove them from Set-Cookie."""
        if self.parameters.from_ == "request" or flow.response is None:
            return
        headers = flow.response.headers
        cookies = headers.get_all("set-cookie")
        kept = [cookie for cookie in cookies if not self._strips(cookie)]
        if len(kept) < len(cookies):
            headers.set_all("Set-Cookie", kept)
            self._tell(flow, "response", [cookie for cookie in cookies if self._strips(cookie)])

    def _tell(self, flow: http.HTTPFlow, where: str, removed: list[str]) -> None:
        names = [cookie.partition("=")[0].strip() for cookie in removed]
        self.did(flow, f"removed {', '.join(names)} from the {where}", names=names)


addons = [StripCookies.addon()]
