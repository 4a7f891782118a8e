"""Sends requests to a login page: a gateway whose session has expired.

On the wire: each request is answered with a redirect to ``location``, and a request for that path with an HTML page
and status 200; with ``answer: page`` the page is the answer itself, with 401 or 403 such a status. A request that
carries the ``cookie``, where one is named, passes. With ``after: 30s`` the session expires while the client is
connected.

Who does it: portals, identity-aware proxies and gateways that answer an XHR as they answer a page
(https://github.com/pydantic/logfire-js/pull/291, https://github.com/telerik/nativescript-cloud/pull/86).

What survives: a websocket that is open already; nothing opens anew but by accident. The browser follows the
redirect by itself, so the client sees a page with status 200: on ``/info`` it goes on with empty settings, and on
the XHR transports it polls again at once, without a limit. A redirected POST arrives as a GET, so a message that is
sent in an expired session counts as sent, with status 200, and is lost unnoticed. 401 on ``/info`` is an end: the
client closes with 1002, after 8 s where the browser opens a dialogue of its own.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.answers import HTML, give, page
from lab.network.behaviour import Behaviour


class LoginPage(Behaviour):
    """Redirects requests to a login page of the gateway's own."""

    class Parameters(Behaviour.Parameters):
        """What is answered, and to whom."""

        answer: Literal["page"] | Literal[301, 302, 303, 307, 308, 401, 403] = Field(
            302, description="The status: of a redirect, or of a refusal; page: the login page at once, with 200."
        )
        location: str = Field("/login", description="Where redirects lead: a path here, or a URL elsewhere.")
        cookie: str | None = Field(None, description="The cookie that lets a request pass; none does where null.")
        realm: str = Field("gateway", description="The realm that 401 names.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask for a login."""
        settings = self.parameters
        if settings.cookie is not None and settings.cookie in flow.request.cookies:
            return
        text = page("Sign in", "Your session has expired.")
        if settings.answer == "page" or flow.request.path.partition("?")[0] == settings.location:
            await give(self, flow, 200, because="its login page", body=text, content_type=HTML)
            return
        headers = {"Location": settings.location}
        if settings.answer == 401:
            headers = {"WWW-Authenticate": f'Basic realm="{settings.realm}"'}
        elif settings.answer == 403:
            headers = {}
        await give(
            self,
            flow,
            settings.answer,
            because="an expired session",
            body=text,
            content_type=HTML,
            headers=headers,
        )


addons = [LoginPage.addon()]
