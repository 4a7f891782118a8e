"""The recorder of a hop that runs on its own: it tells of tunnels, too, in which no request can be seen.

A tunnel is a connection that a client has asked a forward or SOCKS proxy for, and on which no request came that the
hop could read: TLS that is passed on, or another protocol.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mitmproxy.connection import Client, Connection, Server

from lab.events import Emit, ignore
from lab.network.live import LiveLines
from lab.network.recorder import Address, Recorder


@dataclass(eq=False)
class _Tunnel:
    """What is known of a client's connection."""

    what: str = ""
    """``CONNECT www.example.test:443``; empty as long as it has asked for nothing."""
    number: int = 0
    since_ms: float = 0.0
    up: int = 0
    down: int = 0
    by: str = ""
    """Who ended it."""


def _address_of(server: Server) -> Address | None:
    return server.address


def reason(error: str) -> str:
    """Why a connection was not made, without Python's own words."""
    number = re.match(r"\[Errno (-?\d+)\] (.*)", error)
    if number is None:
        return error
    return os.strerror(int(number[1])) if int(number[1]) > 0 else number[2]


class LiveRecorder(Recorder):
    """Shows what passes as lines, and of tunnels how they began and ended."""

    def __init__(self, lines: LiveLines, asked: Callable[[Server], Address | None] = _address_of) -> None:
        """``asked`` says where a connection to a server is to lead."""
        super().__init__(lines.hop(), self._watching(lines.client(connections=False)), ignore)
        self._lines = lines
        self._asked = asked
        self._tunnels: dict[str, _Tunnel] = {}
        """By the id of the client's connection, as long as no request was seen on it."""

    def _watching(self, emit: Emit) -> Emit:
        def pass_on(kind: str, /, **data: Any) -> None:
            tunnel = self._tunnel_of(data.get("conn"))
            if tunnel is not None and kind == "connect":
                tunnel.what = f"CONNECT {data['host']}:{data['port']}"
                tunnel.number, tunnel.since_ms = data["flow"], self._lines.now_ms()
            elif kind == "request":
                self._forget(tunnel)
            elif kind == "connect.answer" and data["status"] >= 300:
                self._forget(next((one for one in self._tunnels.values() if one.number == data["flow"]), None))
            emit(kind, **data)

        return pass_on

    def _forget(self, tunnel: _Tunnel | None) -> None:
        self._tunnels = {id: one for id, one in self._tunnels.items() if one is not tunnel}

    def _tunnel_of(self, conn: int | None) -> _Tunnel | None:
        ids = {number: id for id, number in self._conns.items() if id in self._tunnels}
        return self._tunnels[ids[conn]] if conn in ids else None

    def tcp_opened(self, connection: Connection) -> None:
        """A client has connected, or the hop to a server."""
        super().tcp_opened(connection)
        if isinstance(connection, Client) and not self._closed:
            self._tunnels[connection.id] = _Tunnel(since_ms=self._lines.now_ms())

    def tcp_ready(self, server: Server, client: Client) -> None:
        """What is sent on the connection that was made for the client reaches a server."""
        tunnel = self._tunnels.get(client.id)
        if tunnel is None or self._closed:
            return
        if not tunnel.what:
            self._name(tunnel, server)
            self._tell(tunnel, "connected")
        # What came before was said to the hop itself.
        tunnel.up = 0
        self._tunnels[server.id] = tunnel

    def tcp_failed(self, server: Server, client: Client) -> None:
        """It was not made, or leads to no server."""
        tunnel = self._tunnels.pop(client.id, None)
        if tunnel is not None and not self._closed:
            if not tunnel.what:
                self._name(tunnel, server)
            self._tell(tunnel, f"not connected: {reason(server.error or '')}")

    def tcp_data(self, connection: Connection, size: int) -> None:
        """A peer has sent so many bytes."""
        tunnel = self._tunnels.get(connection.id)
        if tunnel is not None:
            if isinstance(connection, Client):
                tunnel.up += size
            else:
                tunnel.down += size

    def tcp_ended(self, connection: Connection, *, by: str, how: str) -> None:
        """A connection has ended; a tunnel is over when both of its have."""
        super().tcp_ended(connection, by=by, how=how)
        # What the end of the hop ends is told of as open.
        tunnel = self._tunnels.pop(connection.id, None) if not self._closed else None
        if tunnel is None:
            return
        tunnel.by = tunnel.by or by
        if tunnel.what and tunnel not in self._tunnels.values():
            self._tell(tunnel, f"ended by the {tunnel.by}: {_bytes(tunnel)}")

    def tell_open(self) -> None:
        """The hop has stopped: tell of the tunnels that were not over yet."""
        for tunnel in {one.number: one for one in self._tunnels.values() if one.what}.values():
            self._tell(tunnel, f"still open: {_bytes(tunnel)}")
        self._tunnels.clear()

    def _name(self, tunnel: _Tunnel, server: Connection) -> None:
        host, port = (self._asked(server) if isinstance(server, Server) else None) or ("?", 0)
        tunnel.what, tunnel.number = f"SOCKS {host}:{port}", next(self._numbers)

    def _tell(self, tunnel: _Tunnel, text: str) -> None:
        self._lines.line(tunnel.number, f"{tunnel.what} -> {text} {self._lines.took(tunnel.since_ms)}")


def _bytes(tunnel: _Tunnel) -> str:
    return f"{tunnel.up} bytes up, {tunnel.down} down"
