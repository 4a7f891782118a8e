"""Changes the URLs of requests: strips or adds a prefix, drops the query.

On the wire: the server is asked for another path than the client asked for. First ``strip`` is taken from the
beginning of the path, where it stands there, then ``add`` is put before it, then the query goes with ``query: drop``.
Websocket handshakes are included.

Who does it: reverse proxies with a location and a proxy_pass that both end with a slash, or that do not
(https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass): the prefix is lost, or there twice. Servers
without it answer ``/info`` with 404 (https://github.com/marmelab/ng-admin/issues/934). The query is dropped by caches
that want to find more.

What survives: with a wrong prefix nothing: ``/info`` is answered with 404, and the client closes with 1002. Without
the query, everything but htmlfile and jsonp-polling, whose callback stands in it: the server answers 500, and they
time out.
"""

from typing import Annotated, Literal

from mitmproxy import http
from pydantic import Field

from lab.forms import Form
from lab.network.behaviour import Behaviour

UrlPath = Annotated[str, Form("^/", "a path that begins with /")]
"""The path of a URL."""


class RewriteUrl(Behaviour):
    """Changes the path and the query of requests."""

    class Parameters(Behaviour.Parameters):
        """What is done to a URL."""

        strip: UrlPath | None = Field(
            None, description="A prefix that is taken away, such as /echo; none where null."
        )
        add: UrlPath | None = Field(None, description="A prefix put before the path, such as /echo; none where null.")
        query: Literal["keep", "drop"] = Field("keep", description="Whether what follows the ? stays.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Change the URL."""
        before = flow.request.path
        path, mark, query = before.partition("?")
        strip = (self.parameters.strip or "").rstrip("/")
        # A prefix is made of whole segments: /echo is none of /echoes.
        if strip and (path == strip or path.startswith(f"{strip}/")):
            path = path.removeprefix(strip) or "/"
        path = (self.parameters.add or "").rstrip("/") + path
        after = path if self.parameters.query == "drop" else path + mark + query
        if after != before:
            flow.request.path = after
            self.did(flow, f"changed the URL {before} to {after}")


addons = [RewriteUrl.addon()]
