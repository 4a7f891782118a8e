"""Redirects requests: to https, to a path with a slash at its end, or elsewhere.

On the wire: each request is answered with the status and ``Location``. ``https`` is the same address with that scheme
(nothing is done to a request that came by TLS), ``slash`` the same path with a slash at its end (nothing is done to
one that has it), and anything else is taken as it stands.

Who does it: servers that send everything to https (https://github.com/Quobject/SocketIoClientDotNet/issues/90);
frameworks that put a slash at the end of every path, Django's APPEND_SLASH with 301
(https://github.com/django/django/commit/1f629bff993d1d1d75b335ebc669dd9d3a081cc1); a renamed host.

What survives: the browser follows redirects by itself, but a POST becomes a GET after 301, 302 and 303, which no
SockJS server answers; 307 and 308 keep it. So the XHR transports fail, those that receive by GET open, and their
first message closes the connection with 1006. A websocket does not follow, so its handshake fails at once;
WebKitGTK follows to https. Over to another origin (https is one) CORS must allow it, with Origin said as ``null``
after the second. ``/info`` after a redirect costs two round trips, so the client becomes more patient.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.answers import give
from lab.network.behaviour import Behaviour


class Redirect(Behaviour):
    """Answers requests with a redirect."""

    class Parameters(Behaviour.Parameters):
        """Where to, and how."""

        to: str = Field(
            "https", min_length=1, description="https, slash, or the address that Location says: a path or a URL."
        )
        status: Literal[301, 302, 303, 307, 308] = Field(301, description="The status that goes with Location.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Redirect the request."""
        location = self._location(flow)
        if location is None:
            return
        text = "The document has moved.\n"
        because = f"a redirect to {location}"
        await give(self, flow, self.parameters.status, because=because, body=text, headers={"Location": location})

    def _location(self, flow: http.HTTPFlow) -> str | None:
        request = flow.request
        if self.parameters.to == "https":
            # Not the request's scheme: at a reverse hop that is the server's.
            if flow.client_conn.tls:
                return None
            return f"https://{request.host_header or request.host}{request.path}"
        if self.parameters.to == "slash":
            path, mark, query = request.path.partition("?")
            return None if path.endswith("/") else f"{path}/{mark}{query}"
        return self.parameters.to


addons = [Redirect.addon()]
