"""When the TCP connections of a proxy begin and end, and who ended them."""

from typing import Any, Literal

from mitmproxy.connection import Client, Connection, ConnectionState
from mitmproxy.proxy import events
from mitmproxy.proxy.server import ConnectionHandler

from lab.network import connections
from lab.network.recorder import Recorder

How = Literal["fin", "rst"]


def watch(handler: ConnectionHandler, recorder: Recorder) -> None:
    """Record the end of each connection of ``handler``: the client's, and those made to servers for it.

    A peer that closes is seen as an event that mitmproxy gives to its layers; where the proxy closes, a layer or a
    behaviour has told it to.
    """
    mutable: Any = handler
    refused: set[str] = set()
    pass_on, close = handler.server_event, handler.close_connection

    async def server_event(event: events.Event) -> None:
        if isinstance(event, events.OpenConnectionCompleted) and (error := event.command.connection.error):
            # Where it has one and yet was made, it leads to a further proxy, which has refused.
            event.command.connection.state = ConnectionState.CLOSED
            refused.add(event.command.connection.id)
            event = events.OpenConnectionCompleted(event.command, event.reply or error)
        elif isinstance(event, events.ConnectionClosed) and event.connection.id in refused:
            recorder.tcp_ended(event.connection, by="server", how="fin")
            return
        elif isinstance(event, events.DataReceived):
            recorder.tcp_data(event.connection, len(event.data))
        elif isinstance(event, events.ConnectionClosed):
            connection = event.connection
            peer = "client" if isinstance(connection, Client) else "server"
            by = "hop" if _ended_by_us(handler, connection) else peer
            recorder.tcp_ended(connection, by=by, how=_how(handler, connection))
        await pass_on(event)

    def close_connection(connection: Connection, half_close: bool = False) -> None:
        if not half_close:
            recorder.tcp_ended(connection, by="hop", how=_how(handler, connection))
        close(connection, half_close)

    mutable.server_event = server_event
    mutable.close_connection = close_connection


def _ended_by_us(handler: ConnectionHandler, connection: Connection) -> bool:
    """Whether it was no peer: the proxy leaves the server once the client is gone, or a behaviour has aborted it."""
    if handler.client not in handler.transports:
        return True
    io = handler.transports.get(connection)
    writer: Any = io.writer if io is not None else None
    return bool(writer is not None and writer.is_closing() and _error(handler, connection) is None)


def _how(handler: ConnectionHandler, connection: Connection) -> How:
    """Whether the connection ends with RST, sent by the peer or by a behaviour."""
    io = handler.transports.get(connection)
    ours = io is not None and connections.ends_with_reset(io.writer)
    return "rst" if ours or _error(handler, connection) is not None else "fin"


def _error(handler: ConnectionHandler, connection: Connection) -> Exception | None:
    """What reading from the peer has raised: ConnectionResetError where it sent RST."""
    io = handler.transports.get(connection)
    reader: Any = io.reader if io is not None else None
    return reader.exception() if reader is not None else None
