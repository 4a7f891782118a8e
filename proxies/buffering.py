"""Holds the bodies of responses back.

On the wire: with ``until: close`` neither the headers nor a byte of the body reach the client before the server
has ended the response; it then arrives whole, with ``Content-Length`` in place of chunks. With a size N the
headers pass at once and the body in blocks of exactly N bytes, the remainder when the response ends. A switch to
another protocol (101) is no response with a body: websockets are not held.

Who does it, until close: lighttpd by default
(https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_stream-response-bodyDetails), Broadcom Cloud SWG
scanning event streams (https://knowledge.broadcom.com/external/article/406021/site-with-streaming-content-fails-to-loa.html),
FortiGate in proxy-mode inspection
(https://docs.fortinet.com/document/fortigate/7.4.5/administration-guide/969330/proxy-mode-inspection), Azure
Application Gateway by default (https://docs.azure.cn/en-us/application-gateway/proxy-buffers). In blocks: nginx
before 1.29.7 by default, 4096 bytes (measured with nginx 1.22.1 on Debian 12), IIS with ARR, 256 KB
(http://matthewmanela.com/blog/using-signalr-in-an-arr-cluster/).

What survives: websocket and the polling transports. Until close no streaming transport opens. In blocks a
streaming transport opens when its open frame lies in whole blocks. That of xhr-streaming ends at byte 2051 (a
prelude of 2049, a frame of 2), so on a connection where nothing else is said it stays in the remainder for every size
but 1, 7, 293 and 2051.
"""

from typing import Annotated, Any, Literal

from mitmproxy import http
from pydantic import BeforeValidator, Field, WithJsonSchema

from lab.network.behaviour import Behaviour
from lab.units import size_bytes


def _until(value: Any) -> Any:
    if value == "close":
        return value
    try:
        size = size_bytes(value)
    except ValueError as error:
        raise ValueError(f"{error}, or close") from None
    if size < 1:
        raise ValueError("expected a size of at least 1B, or close")
    return size


Until = Annotated[
    Literal["close"] | int,
    BeforeValidator(_until),
    WithJsonSchema({"type": "string", "pattern": r"^(close|\d+(\.\d+)?\s*(B|KiB|MiB|GiB))$"}),
]


class Blocks:
    """Cuts a body into blocks: called with each piece, and with none at the end, it says what to release."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = bytearray()

    def __call__(self, data: bytes) -> list[bytes]:
        """The whole blocks that there are now; what is left where ``data`` is empty, for that is the end."""
        self._held += data
        cut = len(self._held) - len(self._held) % self._size if data else len(self._held)
        released = bytes(self._held[:cut])
        del self._held[:cut]
        # Not a list with an empty piece: on a chunked response that would be the last chunk.
        return [released[at : at + self._size] for at in range(0, cut, self._size)]


class Buffering(Behaviour):
    """Holds responses back until their end, or releases them in blocks."""

    class Parameters(Behaviour.Parameters):
        """How much is held."""

        until: Until = Field(
            "close",
            description="close: hold the response until its end; a size such as 4096B or 4KiB: release such blocks.",
        )

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to hold."""
        response = flow.response
        if response is None or response.status_code == 101:
            return
        until = self.parameters.until
        if until == "close":
            response.stream = False
            flow.metadata["buffering"] = True
            self.did(flow, "began to hold the response until its end")
        else:
            response.stream = Blocks(until)
            self.did(flow, f"began to release the response in blocks of {until} bytes", block=until)

    def response(self, flow: http.HTTPFlow) -> None:
        """Release what was held."""
        response = flow.response
        if response is None or not flow.metadata.get("buffering") or response.raw_content is None:
            return
        if response.headers.pop("transfer-encoding", None):
            response.headers["Content-Length"] = str(len(response.raw_content))
        self.did(flow, "released the response", bytes=len(response.raw_content))


addons = [Buffering.addon()]
