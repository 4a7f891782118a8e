"""Answers with an HTML page in place of what was asked for: a block page, a captive portal, a progress page.

On the wire: the page is the whole answer, with status 200 unless told otherwise, and the server sees nothing. Alone
it answers every request; ``when`` says which: ``block_page: {when: {url: "*/info*"}}``. ``line`` stands in the page
on a line of its own.

Who does it: captive portals, bot walls and gateways that answer 200 with HTML
(https://github.com/pydantic/logfire-js/pull/291, https://github.com/telerik/nativescript-cloud/pull/86); Skyhigh
Web Gateway with its progress page
(https://success.skyhighsecurity.com/Skyhigh_Secure_Web_Gateway_(On_Prem)/Best_Practices/Proxy_Related/Progress_Indication_Methods).

What survives: with status 200, worse than with an error. On ``/info`` the page counts as an empty answer, and the
client goes on. On the XHR transports a page without frames counts as an empty poll, so the client polls again at
once, without a limit, until its time is over (measured on loopback: more than 2000 requests in 1.2 s from the
client in Node, some 50 in a second from Chromium). A line that begins with ``o``, such as ``ok``, counts as the
open frame: the client reports an open connection that is none, and closes with 1006 soon after. A websocket
handshake that is answered so fails at once.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.answers import HTML, Status, give, page
from lab.network.behaviour import Behaviour


class BlockPage(Behaviour):
    """Answers requests with an HTML page."""

    class Parameters(Behaviour.Parameters):
        """The page."""

        status: Status = Field(200, description="The status of the page.")
        title: str = Field("Access denied", description="The title and the heading of the page.")
        line: str = Field("", description="Text that stands in it on a line of its own, such as ok.")
        html: str | None = Field(None, description="All of it; made of title and line where null.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Answer with the page."""
        settings = self.parameters
        text = settings.html
        if text is None:
            text = page(
                settings.title, "This address is not allowed by the rules of your network.", line=settings.line
            )
        await give(self, flow, settings.status, because="its block page", body=text, content_type=HTML)


addons = [BlockPage.addon()]
