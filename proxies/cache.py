"""Answers GET requests from a cache, against what the server says about it.

On the wire: the first response with status 200 to a GET passes, and is kept once it is complete; the same GET is then
answered from the cache with ``Age``, and the server sees nothing, until ``lifetime`` is over. ``no_store``, ``vary``
and ``query`` say what is ignored of what would keep a response from being found: the Cache-Control that forbids it,
the request headers that Vary names, the query of the URL. Requests to upgrade pass.

Who does it: Azure Front Door keeps GET responses without Cache-Control, and gave one user the session id of another
(https://github.com/socketio/socket.io/issues/4842). Varnish keeps GETs without a cookie unless the response says
no-store (builtin.vcl of Debian's varnish 7.1.1). A SockJS server says no-store, and the client adds ``?t=`` with the
time to each request: only a cache that ignores both breaks it.

What survives: websocket, xhr-streaming and xhr-polling, whose requests are POST, and the streaming transports, whose
responses never end, so that they never get into the cache. With the query ignored, jsonp-polling breaks: its URL is
the same but for the query, so it is given its first frame again, for a callback that is gone. A ``/info`` from the
cache has stale entropy and the settings of an hour ago, and, with ``vary`` ignored, the CORS headers of another page.
"""

import time
from dataclasses import dataclass
from typing import Literal

from mitmproxy import http
from pydantic import BaseModel, Field

from lab.network.bodies import BodyChange, Change
from lab.units import Milliseconds


@dataclass
class _Kept:
    response: http.Response
    since_s: float
    vary: dict[str, str]
    """The request headers that Vary named, as they were."""


class Cache(BodyChange):
    """Answers GET requests from a cache that ignores what it should heed."""

    class Parameters(BodyChange.Parameters):
        """What is kept, and how long."""

        lifetime: Milliseconds = Field("60s", validate_default=True, description="How long a response is kept.")
        no_store: Literal["ignore", "heed"] = Field(
            "ignore", description="Whether Cache-Control (no-store, no-cache, private, max-age=0) is ignored."
        )
        query: Literal["ignore", "heed"] = Field("ignore", description="Whether the query of the URL is ignored.")
        vary: Literal["ignore", "heed"] = Field(
            "ignore", description="Whether Vary, which tells answers apart by request headers, is ignored."
        )

    parameters: Parameters
    resizes = False

    def __init__(self, parameters: BaseModel | None = None) -> None:
        super().__init__(parameters)
        self.now_s = time.monotonic
        self._kept: dict[tuple[str, str], _Kept] = {}

    def _key(self, request: http.Request) -> tuple[str, str]:
        path = request.path.partition("?")[0] if self.parameters.query == "ignore" else request.path
        return request.host_header or request.host, path

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Answer from the cache, where it has an answer."""
        if flow.request.method != "GET" or "upgrade" in flow.request.headers:
            return
        kept = self._kept.get(self._key(flow.request))
        if kept is None or any(flow.request.headers.get(name, "") != value for name, value in kept.vary.items()):
            return
        age_s = self.now_s() - kept.since_s
        if age_s * 1000 >= self.parameters.lifetime:
            del self._kept[self._key(flow.request)]
            return
        flow.response = kept.response.copy()
        flow.response.headers["Age"] = str(int(age_s))
        flow.metadata["cached"] = True
        self.did(flow, "answered from the cache", age_s=int(age_s))

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """Keep a copy of a response that is to be kept, as it passes."""
        if flow.request.method != "GET" or response.status_code != 200 or flow.metadata.get("cached"):
            return None
        control = response.headers.get("cache-control", "").lower()
        forbids = any(word in control for word in ("no-store", "no-cache", "private", "max-age=0"))
        names = [name.strip() for name in response.headers.get("vary", "").split(",") if name.strip()]
        if self.parameters.vary == "ignore":
            names = []
        if (forbids and self.parameters.no_store == "heed") or "*" in names:
            return None
        head = response.headers.copy()
        head.pop("transfer-encoding", None)
        body = bytearray()

        def keep(data: bytes) -> list[bytes]:
            body.extend(data)
            if data:
                return [data]
            copy = http.Response.make(200, bytes(body), head)
            vary = {name: flow.request.headers.get(name, "") for name in names}
            self._kept[self._key(flow.request)] = _Kept(copy, self.now_s(), vary)
            self.did(flow, "kept the response in the cache", bytes=len(body))
            return []

        return keep


addons = [Cache.addon()]
