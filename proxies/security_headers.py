"""Adds the headers by which hardened front ends restrict what browsers do with a response.

On the wire: each of the headers that is not null is set on every response but 101; what the server said in it is
replaced. By default that is ``X-Frame-Options: SAMEORIGIN`` alone.

Who does it: Apache with SAMEORIGIN for a whole site (https://github.com/meteor/meteor/issues/3963), a server that
says deny (https://github.com/sockjs/sockjs-client/issues/491), and everybody who follows a hardening guide.

What survives: whatever is not in an iframe. ``SAMEORIGIN`` (and ``frame-ancestors 'self'``) keeps iframe.html out of
pages of another origin, which is what it is there for: the iframe transports each time out. ``DENY`` also keeps it
from pages of its own origin, and with it the htmlfile transport, which is an iframe itself. The client offers them
only where it cannot do better, so with XHR across origins nothing is noticed. ``script-src 'self'`` keeps iframe.html
from a client on a CDN, ``Cross-Origin-Resource-Policy: same-origin`` keeps jsonp-polling from other origins. A policy
for the page itself (``connect-src``) has to come from the page's own server: the lab's page is not touched.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class SecurityHeaders(Behaviour):
    """Adds X-Frame-Options, Content-Security-Policy and their like to responses."""

    class Parameters(Behaviour.Parameters):
        """Which headers, and what they say."""

        x_frame_options: Literal["DENY", "SAMEORIGIN"] | None = Field(
            "SAMEORIGIN", description="X-Frame-Options; not added where null."
        )
        content_security_policy: str | None = Field(
            None, description="Content-Security-Policy, such as frame-ancestors 'none'; not added where null."
        )
        cross_origin_resource_policy: Literal["same-site", "same-origin", "cross-origin"] | None = Field(
            None, description="Cross-Origin-Resource-Policy; not added where null."
        )
        x_content_type_options: Literal["nosniff"] | None = Field(
            None, description="X-Content-Type-Options; not added where null."
        )

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Set the headers."""
        if flow.response is None or flow.response.status_code == 101:
            return
        given = self.parameters.model_dump(exclude_none=True)
        headers = {key.replace("_", "-").title(): value for key, value in given.items()}
        for name, value in headers.items():
            flow.response.headers[name] = value
        if headers:
            said = ", ".join(f"{name}: {value}" for name, value in headers.items())
            self.did(flow, f"added {said}", names=list(headers))


addons = [SecurityHeaders.addon()]
