"""Compresses responses, and flushes the compressor after each piece, or does not.

On the wire: a response to a request with ``Accept-Encoding: gzip`` leaves with ``Content-Encoding: gzip``, in
chunks where its length was known. Without ``flush`` the compressor keeps a stream back until it has tens of
kilobytes, or the response ends; only the header of the compressed data, 10 bytes, leaves at once. With it each
piece leaves as it comes. A response that is encoded already passes as it is, and one that says ``Cache-Control:
no-transform`` where ``no_transform: honour`` is set.

Who does it: nginx, whose ``gzip`` Debian switches on for text/html: without a flush, and whatever ``no-transform``
says (measured with nginx 1.22.1 on Debian 12); so do compressing middlewares of development servers, which honour
it (https://github.com/facebook/create-react-app/issues/1633). With a flush: Apache's mod_deflate, which Debian
switches on for text/html and application/javascript (measured with Apache 2.4.71).

What survives: with a flush everything. Without one, under nginx's types, all but htmlfile, whose stream does not
arrive; under a compressor that takes every type no streaming transport opens, websocket and polling do.
"""

import zlib
from collections.abc import Iterable
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import body, media
from lab.network.behaviour import Behaviour
from lab.units import Bytes

_GZIP = 31  # The largest window, and gzip's header and trailer.
_NO_BODY = frozenset({101, 204, 205, 304})


class Gzip(body.Stage):
    """Compresses what passes. A body whose beginning is compressed is compressed to its end."""

    stays = True

    def __init__(self, *, flush: bool) -> None:
        self._flush = flush
        self._compressor = zlib.compressobj(wbits=_GZIP)

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Compress a piece."""
        made = self._compressor.compress(data)
        return [made + self._compressor.flush(zlib.Z_SYNC_FLUSH) if self._flush else made]

    def end(self, now_s: float) -> Iterable[body.Item]:
        """Let out what is left in the compressor."""
        return [self._compressor.flush(), body.END]


class Compress(Behaviour):
    """Compresses responses with gzip."""

    class Parameters(Behaviour.Parameters):
        """What is compressed, and how."""

        flush: bool = Field(False, description="Whether each piece leaves as it comes.")
        types: list[str] = Field(
            ["text/html"], min_length=1, description="The content types: text/html, application/*, */* ..."
        )
        minimum: Bytes = Field(0, description="Responses of a known length below this are not compressed.")
        no_transform: Literal["ignore", "honour"] = Field(
            "ignore", description="What is made of Cache-Control: no-transform in a response."
        )

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to compress."""
        response = flow.response
        if response is None or not self._takes(flow.request, response):
            return
        body.changes_length(response)
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
        body.add(flow, Gzip(flush=self.parameters.flush))
        self.did(flow, f"began to compress the response {'with' if self.parameters.flush else 'without'} flushing")

    def _takes(self, request: http.Request, response: http.Response) -> bool:
        headers, own = response.headers, self.parameters
        if response.status_code in _NO_BODY or request.method == "HEAD":
            return False
        if "gzip" not in request.headers.get("accept-encoding", "") or "content-encoding" in headers:
            return False
        if own.no_transform == "honour" and "no-transform" in headers.get("cache-control", ""):
            return False
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) < max(own.minimum, 1):
            return False
        return media.is_one_of(media.kind(headers), own.types)


addons = [Compress.addon()]
