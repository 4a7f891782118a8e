"""Lets iframe.html be that of another version of the client, as a cache does that kept it for a year.

On the wire: in ``/iframe.html`` (or ``/iframe-anything.html``) the call by which the client takes up its work gets a
line before it that gives the client another version. Nothing else changes.

Who does it: iframe.html may be kept for a year (``public, max-age=31536000``), by browsers and by every cache on the
way; a server that was pinned to 1.0.0 met a page with 1.1.4 (https://github.com/sockjs/sockjs-client/issues/388).

What survives: every transport that is not in an iframe. Inside one the client compares the versions and throws
"Incompatible SockJS!", which the page does not hear: each iframe transport costs all the time that it gets to open.
"""

import re
from typing import Annotated

from mitmproxy import http
from pydantic import Field

from lab.forms import Form
from lab.network.bodies import BodyChange, Change
from lab.network.find import Find

_IFRAME = re.compile(r"/iframe[^/?]*\.html(\?|\Z)")
_CALL = "SockJS.bootstrap_iframe()"


class StaleIframe(BodyChange):
    """Gives the client in iframe.html another version than the page's."""

    class Parameters(BodyChange.Parameters):
        """Which."""

        version: Annotated[str, Form(r"^[0-9A-Za-z.+-]+$", "a version: letters, digits, ., + and -")] = Field(
            "1.0.0", description="The version of the client that iframe.html is given."
        )

    parameters: Parameters

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """Insert the line, where it is iframe.html."""
        if not _IFRAME.search(flow.request.path) or response.status_code != 200:
            return None
        self.did(flow, f"gave the client in iframe.html the version {self.parameters.version}")
        # In one expression: the call may be the body of a function.
        put = f"(SockJS.version = '{self.parameters.version}', {_CALL})"
        return Find(_CALL.encode(), put.encode())


addons = [StaleIframe.addon()]
