"""A browser that speaks HTTP/2, on a raw connection."""

import ssl
from collections.abc import Sequence
from typing import Any

from h2 import events as h2
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes

from lab.network.testing import Bench, Wire

HOST = "app.localhost"
ASKED = [
    (":method", "CONNECT"),
    (":protocol", "websocket"),
    (":scheme", "https"),
    (":path", "/echo/1/abc/websocket"),
    (":authority", HOST),
    ("sec-websocket-version", "13"),
    ("origin", "https://app.localhost"),
]
"""The headers of an extended CONNECT."""


class Browser:
    """An HTTP/2 client."""

    settings: h2.RemoteSettingsChanged

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._seen: list[Any] = []

    async def send(self) -> None:
        """Send what there is to be sent."""
        await self.wire.send(self.h2.data_to_send())

    async def next(self, kind: type[Any], stream: int | None = None) -> Any:
        """The next event of a kind, on this stream where one is given."""
        while True:
            for event in self._seen:
                if isinstance(event, kind) and (stream is None or event.stream_id == stream):
                    self._seen.remove(event)
                    return event
            data = await self.wire.some()
            assert data, f"the connection ended, after {self._seen}"
            self._seen += self.h2.receive_data(data)
            await self.send()

    async def ask(self, headers: Sequence[tuple[str, str]] = ASKED, *, end: bool = False) -> int:
        """Send a request, and return its stream."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, headers, end_stream=end)
        await self.send()
        return stream

    async def say(self, stream: int, data: bytes, *, end: bool = False) -> None:
        """Send DATA."""
        self.h2.send_data(stream, data, end_stream=end)
        await self.send()

    async def reset(self, stream: int) -> None:
        """Send RST_STREAM."""
        self.h2.reset_stream(stream, ErrorCodes.CANCEL)
        await self.send()


async def greeted(bench: Bench, host: str) -> Browser:
    """A browser that speaks HTTP/2 with the first hop, and has read its settings."""
    wire = await bench.connect()
    if bench.network.browser_proxy:
        await wire.send(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n")
        await wire.head()
    context = ssl.create_default_context(cafile=bench.authority.confdir / "mitmproxy-ca-cert.pem")
    context.set_alpn_protocols(["h2"])
    await wire.start_tls(context, host)
    browser = Browser(wire)
    browser.h2.initiate_connection()
    await browser.send()
    browser.settings = await browser.next(h2.RemoteSettingsChanged)
    return browser
