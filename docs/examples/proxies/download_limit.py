"""Cuts off a response that is longer than a gateway allows.

On the wire: the head and the first ``limit`` bytes of the body pass as they come, then the client's connection
ends with FIN.
"""

from collections.abc import Callable, Iterable

from mitmproxy import http
from pydantic import Field

from lab.network import body
from lab.network.behaviour import Behaviour
from lab.units import Bytes


class UpTo(body.Stage):
    """Passes so many bytes, then ends the connection."""

    def __init__(self, limit: int, tell: Callable[[], None]) -> None:
        self._left = limit
        self._tell = tell

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Pass a piece, or what may pass of it and the end."""
        passed, self._left = data[: self._left], self._left - len(data)
        if self._left >= 0:
            return [passed]
        self._tell()
        return [passed, body.End("fin", "cut", "the download was too long")]


class DownloadLimit(Behaviour):
    """Cuts long responses off."""

    class Parameters(Behaviour.Parameters):
        """How long is too long."""

        limit: Bytes = Field(4096, description="So many bytes of a body pass.")

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to count."""
        limit = self.parameters.limit
        body.add(flow, UpTo(limit, lambda: self.did(flow, f"cut a response off after {limit:,} bytes", limit=limit)))


addons = [DownloadLimit.addon()]
