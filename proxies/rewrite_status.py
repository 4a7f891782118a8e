"""Says another status of a response than it has, with the body as it is or with an error page.

On the wire: a response with one of the statuses in ``of`` gets the status ``to``; with ``page: true`` its headers and
its body are replaced by an HTML page. 101 is never touched (see ``no_upgrade``).

Who does it: proxies that hide a server's errors behind a page of their own, often with 200 (nginx's error_page with
``=200``, https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page); captive portals and gateways that
answer 200 to everything (https://github.com/pydantic/logfire-js/pull/291).

What survives: 204 that becomes 200 is taken for what it is. A page with 200 in place of an error keeps the client
from seeing that its session is gone: it polls again at once, without a limit, or believes that its message was sent.
A status other than 200 and 204 ends whatever it is on with 1006.
"""

from typing import Annotated

from mitmproxy import http
from pydantic import AfterValidator, Field

from lab.network import answers
from lab.network.bodies import BodyChange

_NO_BODY = frozenset({204, 205, 304})


def _check_body(status: int) -> int:
    if status in _NO_BODY:
        raise ValueError("expected a status whose responses have a body")
    return status


_WithBody = Annotated[answers.Status, AfterValidator(_check_body)]


class RewriteStatus(BodyChange):
    """Changes the status of responses."""

    class Parameters(BodyChange.Parameters):
        """Which, to what, and whether the body goes with it."""

        of: list[answers.Status] = Field(
            [404, 500, 502, 503], min_length=1, description="The statuses that are changed."
        )
        to: _WithBody = Field(200, description="The status that they become.")
        page: bool = Field(False, description="Whether an HTML page takes the place of the response.")

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Change the status."""
        response = flow.response
        if response is None or response.status_code not in self.parameters.of:
            return
        status = response.status_code
        made = answers.response(
            self.parameters.to, answers.page("Something went wrong", "Please try again later."), answers.HTML
        )
        if self.parameters.page:
            self.replace(flow, made)
            self.did(flow, f"put a page with {self.parameters.to} in place of a {status}", status=status)
            return
        if status in _NO_BODY:
            # These have no length; without one the end of the connection would have to say it.
            response.headers["Content-Length"] = "0"
        response.status_code, response.reason = made.status_code, made.reason
        self.did(flow, f"changed the status {status} to {self.parameters.to}", status=status)


addons = [RewriteStatus.addon()]
