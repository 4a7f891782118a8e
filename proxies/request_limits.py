"""Refuses requests that are too large: their body, their URL or their headers.

On the wire: a request whose ``Content-Length`` is above ``body`` is answered with 413, one whose URL (path and query)
is above ``url`` with 414, one with a header line or with all header lines above the limit with ``header_status``. A
body without ``Content-Length`` is not measured; browsers send none such.

Who does it: nginx by default takes 1 MiB of body (413), and 8 KiB for each of URL and header line (414, 400;
https://nginx.org/en/docs/http/ngx_http_core_module.html, client_max_body_size and large_client_header_buffers).
HAProxy answers 400 where the whole head does not fit into its buffer of 16 KiB
(https://docs.haproxy.org/2.6/configuration.html, tune.bufsize), Squid takes 64 KB of headers
(https://www.squid-cache.org/Doc/config/request_header_max_size/).

What survives: websocket, whose messages are no requests. The sending requests of the HTTP transports carry all the
messages that have queued up while the one before was under way: one 413 closes the connection with 1006. Of URLs,
jsonp-polling has the longest, and they are below 200 bytes.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.answers import Status, give
from lab.network.behaviour import Behaviour
from lab.units import Bytes


class RequestLimits(Behaviour):
    """Refuses requests with too large a body, URL or headers."""

    class Parameters(Behaviour.Parameters):
        """The limits, and the answers."""

        body: Bytes | None = Field("1MiB", validate_default=True, description="The largest body; any where null.")
        url: Bytes | None = Field("8KiB", validate_default=True, description="The longest URL; any where null.")
        header: Bytes | None = Field(
            "8KiB", validate_default=True, description="The longest header line; any where null."
        )
        headers: Bytes | None = Field("32KiB", validate_default=True, description="All header lines; any where null.")
        body_status: Status = Field(413, description="The status for too large a body.")
        url_status: Status = Field(414, description="The status for too long a URL.")
        header_status: Status = Field(400, description="The status for too long a header line, or too many.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request if it is too large."""
        for what, size, limit, status in self._measured(flow.request):
            if limit is not None and size > limit:
                await give(self, flow, status, because=f"{what} of {size} bytes, more than {limit}")
                return

    def _measured(self, request: http.Request) -> list[tuple[str, int, int | None, int]]:
        settings = self.parameters
        # Name, colon, blank, value and CRLF, as they were sent.
        lines = [len(name) + len(value) + 4 for name, value in request.headers.fields]
        length = request.headers.get("content-length", "")
        return [
            ("a URL", len(request.path), settings.url, settings.url_status),
            ("a header line", max(lines, default=0), settings.header, settings.header_status),
            ("headers", sum(lines), settings.headers, settings.header_status),
            ("a body", int(length) if length.isdigit() else 0, settings.body, settings.body_status),
        ]


addons = [RequestLimits.addon()]
