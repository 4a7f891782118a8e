"""Drops, renames and sets headers.

On the wire: in requests, in responses or in both, first the headers that ``drop`` names are removed, then ``rename``
gives others another name, then ``set`` puts a value in place of what is there, and ``add`` adds a header besides. A
name in ``drop`` may be a pattern: ``Sec-WebSocket-*``. Names have no case. Websocket handshakes are included.

Who does it: nearly every proxy to some header. ``drop: [Accept-Encoding]`` is what content scanners and rewriting
portals do, to be able to read the responses; ``set: {Host: backend.internal}`` is nginx's proxy_pass without
proxy_set_header (https://nginx.org/en/docs/http/ngx_http_proxy_module.html); ``rename`` is what some products do to a
header that they want out of the way, leaving its length.

What survives: it depends on the header. Without ``Sec-WebSocket-Key`` or ``Sec-WebSocket-Accept`` no websocket opens,
and the client falls back at once. Without ``Content-Type`` the POSTs of every transport work. Host, Via and
Accept-Encoding change nothing for SockJS itself; a server that compares Origin with Host may refuse websockets.
"""

from fnmatch import fnmatchcase
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class RewriteHeaders(Behaviour):
    """Drops, renames, sets and adds headers of requests, responses or both."""

    class Parameters(Behaviour.Parameters):
        """What is done, and to what."""

        of: Literal["request", "response", "both"] = Field("request", description="Whose headers are changed.")
        drop: list[str] = Field(default_factory=list, description="Names or patterns of headers that are removed.")
        rename: dict[str, str] = Field(
            default_factory=dict, description="Headers that are renamed, as old name: new name."
        )
        set: dict[str, str] = Field(default_factory=dict, description="Name: value, in place of what is there.")
        add: dict[str, str] = Field(default_factory=dict, description="Name: value, besides what is there.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Rewrite the headers of the request."""
        if self.parameters.of != "response":
            self._rewrite(flow, flow.request.headers, "request")

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Rewrite the headers of the response."""
        if self.parameters.of != "request" and flow.response is not None:
            self._rewrite(flow, flow.response.headers, "response")

    def _rewrite(self, flow: http.HTTPFlow, headers: http.Headers, where: str) -> None:
        before = headers.fields
        done = []
        dropped = [name for name in dict.fromkeys(headers) if self._drops(name)]
        for name in dropped:
            del headers[name]
        if dropped:
            done.append(f"removed {', '.join(dropped)}")
        for old, new in self.parameters.rename.items():
            if old in headers:
                values = headers.get_all(old)
                del headers[old]
                headers.set_all(new, values)
                done.append(f"renamed {old} to {new}")
        for name, value in self.parameters.set.items():
            headers[name] = value
            done.append(f"set {name} to {value}")
        for name, value in self.parameters.add.items():
            headers.add(name, value)
            done.append(f"added {name}: {value}")
        if headers.fields != before:
            self.did(flow, f"{', '.join(done)} in the {where}")

    def _drops(self, name: str) -> bool:
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.parameters.drop)


addons = [RewriteHeaders.addon()]
