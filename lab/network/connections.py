"""What a behaviour may do with live connections: wait for their end, reset them, or give up what came on them.

Works in a hop of the lab and under a bare mitmdump alike: both keep their connections in the proxyserver addon.
"""

import asyncio
import socket
import struct
import weakref
from dataclasses import dataclass
from typing import Any, Literal

from mitmproxy import ctx
from mitmproxy.connection import Client, Connection, Server
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.events import Event

from lab.network import term
from lab.tasks import end, spawn

_HTTP2 = b"h2"
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass
class TermChanged(Event):
    """The term of a behaviour that concerns the flow has begun or ended (lab/network/term.py)."""

    flow: HTTPFlow


_ends_with_reset: "weakref.WeakSet[Any]" = weakref.WeakSet()
"""The writers of connections that were told to end with RST."""


def _handler_of(client: Client) -> Any:
    """What mitmproxy serves the client with, or None once the client is gone."""
    addons: Any = ctx.master.addons
    return addons.get("proxyserver").connections.get(client.id)


def _transport_of(client: Client, connection: Connection | None = None) -> Any:
    """What mitmproxy knows of a connection (its task, reader and writer), or None once it is gone.

    Args:
        client: The client that the connection was made for.
        connection: One to a server; the client's own where None.
    """
    handler = _handler_of(client)
    return handler.transports.get(connection or client) if handler is not None else None


def streams_of(client: Client, server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """Both directions of a connection to a server that was made for the client; None once either is gone."""
    io = _transport_of(client, server)
    return (io.reader, io.writer) if io is not None else None


async def held(client: Client, *, within_s: float | None = None) -> Literal["gone", "due", "over"]:
    """Hold what the client has asked for, for as long as there is reason to.

    Args:
        client: The client.
        within_s: Hold it no longer than this.

    Returns:
        gone: the client's connection has ended; due: the time is over; over: the behaviour acts no more.
    """
    io, own = _transport_of(client), term.current()
    if io is None or io.handler is None:
        return "gone"
    over = spawn(own.over() if own is not None else asyncio.Event().wait(), name="the end of a behaviour's term")
    try:
        done, _ = await asyncio.wait([io.handler, over], timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        return "gone" if io.handler in done else "over" if done else "due"
    finally:
        await end(over)


def close_with_reset(client: Client, connection: Connection) -> None:
    """Let the connection end with a TCP reset (RST) when it is closed, and not with FIN.

    One of HTTP/2 is left as it is, for it is a stream that ends there.
    """
    io = _transport_of(client, connection)
    if io is not None and io.writer is not None and connection.alpn != _HTTP2:
        _ends_with_reset.add(io.writer)
        # With a linger time of zero, closing the socket sends RST instead of FIN.
        io.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


def ends_with_reset(writer: Any) -> bool:
    """Whether the connection with this writer was told to end with RST."""
    return writer in _ends_with_reset


def reset(client: Client) -> None:
    """End the client's connection with a TCP reset (RST): what was not sent yet is dropped.

    One of HTTP/2 lives on, for it carries other requests, too: there `abandon` resets the stream.
    """
    io = _transport_of(client)
    if io is not None and io.writer is not None and client.alpn != _HTTP2:
        close_with_reset(client, client)
        io.writer.transport.abort()


def close(client: Client) -> None:
    """End the client's connection with FIN, when all that was written has been sent."""
    io = _transport_of(client)
    if io is not None and io.writer is not None:
        io.writer.close()


def abandon(flow: HTTPFlow) -> None:
    """Keep a request from going on to the server, and from being answered, once its client is gone."""
    if flow.killable:
        flow.kill()  # type: ignore[no-untyped-call] # mitmproxy's own signature


async def tell(flow: HTTPFlow, event: Event) -> None:
    """Hand an event to the layers that serve the flow; nothing happens once its client is gone."""
    handler = _handler_of(flow.client_conn)
    if handler is not None:
        await handler.server_event(event)


async def ring(flow: HTTPFlow) -> None:
    """Let the layers that serve the flow know that the term of a behaviour has begun or ended."""
    await tell(flow, TermChanged(flow))
