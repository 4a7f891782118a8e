"""What a behaviour may do with a live client connection: wait for its end, reset it, or give up what came on it.

Works in a hop of the lab and under a bare mitmdump alike: both keep their connections in the proxyserver addon.
"""

import asyncio
import socket
import struct
from typing import Any

from mitmproxy import ctx
from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow

_NO_LINGER = struct.pack("ii", 1, 0)


def _transport_of(client: Client) -> Any:
    """What mitmproxy knows of the connection (its task, reader and writer), or None once it is gone."""
    addons: Any = ctx.master.addons
    handler = addons.get("proxyserver").connections.get(client.id)
    return handler.transports.get(client) if handler is not None else None


async def gone(client: Client) -> None:
    """Return when the client has closed its connection, or when it was closed by us."""
    io = _transport_of(client)
    if io is not None and io.handler is not None:
        await asyncio.wait([io.handler])


def reset(client: Client) -> None:
    """End the client's connection with a TCP reset (RST): what was not sent yet is dropped."""
    io = _transport_of(client)
    if io is not None and io.writer is not None:
        # With a linger time of zero, closing the socket sends RST instead of FIN.
        io.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        io.writer.transport.abort()


def abandon(flow: HTTPFlow) -> None:
    """Keep a request from going on to the server, and from being answered, once its client is gone."""
    if flow.killable:
        flow.kill()  # type: ignore[no-untyped-call] # mitmproxy's own signature
