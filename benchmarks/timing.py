"""Measures how well behaviours keep the times that they are given: target and measured, for each timed behaviour.

``python benchmarks/timing.py`` takes about a minute; ``--help`` says what can be left out. Raw clients meet a raw
server through one hop with one behaviour, many connections at once, which begin at random. All of it runs in one
process, as hops do in the lab: client, server and hop share a core, so the figures hold for that. The rows ``none``
are the controls, a hop without behaviours: where they are late, something else was running.

A figure is how much later something happened than it should have: a piece arrived, a connection ended, or an answer
came.
"""

import argparse
import asyncio
import json
import random
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.relay import percentile
from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.testing import Peer
from lab.network.topology import HopSpec, Network

HOST = "app.localhost"
PIECES, GAP_S = 5, 0.06
BLOCK = 16_000
_STAMP = re.compile(rb"<(\d+\.\d{3})>")
_UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + "A" * 22
_OPEN = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def stamp() -> bytes:
    """The time now, as it stands in a piece."""
    return b"<%.3f>" % Peer.now_ms()


def arrivals(peer: Peer) -> list[tuple[float, float]]:
    """When each stamped piece was sent, and when it had arrived."""
    found, data, sizes = [], peer.data, []
    at = 0
    for when_ms, piece in peer.arrivals:
        at += len(piece)
        sizes.append((at, when_ms))
    for match in _STAMP.finditer(data):
        found.append((float(match[1]), next(when for end, when in sizes if end >= match.end())))
    return found


class Origin(Peer):
    """The server's end of a connection: it does what the path of each request asks for."""

    doing: ClassVar[set[asyncio.Task[None]]] = set()

    def data_received(self, data: bytes) -> None:
        """Answer when the head is there."""
        super().data_received(data)
        head, found, _ = self.data.partition(b"\r\n\r\n")
        if found:
            self.arrivals.clear()
            task = asyncio.ensure_future(self._serve(head.split(b" ", 2)[1].decode()))  # noqa: TID251 # owned below
            self.doing.add(task)
            task.add_done_callback(self.doing.discard)

    async def _serve(self, path: str) -> None:
        kind = path.rpartition("/")[2]
        if kind in ("info", "answer"):
            self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        elif kind == "block":
            body = (stamp() + bytes(BLOCK))[:BLOCK]
            self.send(_HEAD + b"%x\r\n%s\r\n" % (len(body), body))
        elif kind == "one":
            body = stamp()
            self.send(_HEAD + b"%x\r\n%s\r\n" % (len(body), body))
        elif kind in ("pieces", "websocket"):
            self.send(_OPEN if kind == "websocket" else _HEAD)
            for _ in range(PIECES):
                await asyncio.sleep(GAP_S)
                body = stamp()
                frame = b"\x81%c%s" if kind == "websocket" else b"%x\r\n%s\r\n"
                self.send(frame % (len(body), body))


@dataclass(frozen=True)
class Client:
    """A client's connection, and the times that something may count from."""

    peer: Peer
    made_ms: float
    """When the connection was asked for."""
    began_ms: float
    """When the hop's clock began."""


Dialogue = Callable[[Client, float], Awaitable[list[float]]]
"""What a client does; it is told when what is measured is due, and says how late each was, both in ms."""


async def ask(peer: Peer, kind: str) -> float:
    """Send a request; when that was."""
    extra = _UPGRADE if kind == "websocket" else "X-From: benchmark"
    peer.send(f"GET /echo/000/abc/{kind} HTTP/1.1\r\nHost: {HOST}\r\n{extra}\r\n\r\n".encode())
    return peer.sent_ms


def answered(kind: str) -> Dialogue:
    """From a request to its answer."""

    async def run(client: Client, target_ms: float) -> list[float]:
        peer = client.peer
        sent_ms = await ask(peer, kind)
        await peer.received(12)
        return [peer.arrivals[0][0] - sent_ms - target_ms]

    return run


def delayed(kind: str, count: int = PIECES) -> Dialogue:
    """Each piece, from the server to the client."""

    async def run(client: Client, target_ms: float) -> list[float]:
        peer = client.peer
        await ask(peer, kind)
        while len(found := arrivals(peer)) < count:
            await peer.received(len(peer.data) + 1)
        return [came - sent - target_ms for sent, came in found]

    return run


def window(kind: str) -> Dialogue:
    """What waits for the end of a window of time."""

    async def run(client: Client, target_ms: float) -> list[float]:
        await ask(client.peer, kind)
        await client.peer.received(12)
        return [client.peer.arrivals[0][0] - client.began_ms - target_ms]

    return run


def ended(kind: str, since: str) -> Dialogue:
    """The end of the connection: since it was made, since the request, or since the last piece came."""

    async def run(client: Client, target_ms: float) -> list[float]:
        peer = client.peer
        sent_ms = await ask(peer, kind)
        await peer.ended()
        # The last piece counts from when it passed the hop: it arrived a moment later.
        last_ms = peer.arrivals[-1][0] if peer.arrivals else sent_ms
        opened_ms = peer.arrivals[0][0] if peer.arrivals else sent_ms
        begins = {"made": client.made_ms, "request": sent_ms, "last": last_ms, "open": opened_ms}
        return [peer.end_ms - begins[since] - target_ms]

    return run


def paced(size: int, overhead: int = 0, *, first: int = 1) -> Dialogue:
    """The parts of one block: how late each is.

    Args:
        size: Bytes of a part.
        overhead: Bytes of the connection that are not counted.
        first: After how many times the target the first is due; each further one so long after the one before.
    """

    async def run(client: Client, target_ms: float) -> list[float]:
        peer = client.peer
        sent_ms = await ask(peer, "block")
        await peer.received(BLOCK)
        late, came = [], 0
        for when_ms, data in peer.arrivals:
            came += len(data)
            steps = max(0, came - overhead) // size
            if steps:
                late.append(when_ms - sent_ms - (steps - 1 + first) * target_ms)
        return late

    return run


ALL = Filter()
DOWN = Filter(direction="down")


@dataclass(frozen=True)
class Trial:
    """One behaviour with one time."""

    name: str
    parameters: dict[str, Any]
    target_ms: float
    dialogue: Dialogue
    filter: Filter = ALL
    kind: str = "http"
    label: str = ""


STALL_MS = 5 * (1 + 2 + 4 + 8 + 16)
"""How late a packet is that is lost each time: `loss` tries five times, and waits twice as long after each."""
TRIALS = [
    Trial("none", {}, 0, delayed("pieces")),
    Trial("slow_info", {"delay": "300ms"}, 300, answered("info")),
    Trial("slow_requests", {"delay": "300ms"}, 300, answered("answer")),
    Trial("first_byte_timeout", {"timeout": "300ms"}, 300, answered("silence")),
    Trial("response_delay", {"delay": "200ms"}, 200, delayed("pieces")),
    Trial("buffering", {"until": "close", "hold": "200ms"}, 200, delayed("one", 1), label="hold: 200ms"),
    Trial("response_trickle", {"size": "1000B", "interval": "50ms"}, 50, paced(1000, 80)),
    Trial("response_cut", {"delay": "400ms"}, 400, ended("pieces", "request")),
    Trial("response_idle", {"timeout": "300ms"}, 300, ended("pieces", "last")),
    Trial("websocket_delay", {"delay": "200ms", "direction": "down"}, 200, delayed("websocket")),
    Trial("websocket_cut", {"delay": "300ms"}, 300, ended("websocket", "open")),
    Trial("websocket_idle", {"timeout": "300ms"}, 300, ended("websocket", "last")),
    Trial("none", {}, 0, delayed("pieces"), kind="link"),
    Trial("latency", {"delay": "100ms"}, 100, delayed("pieces"), DOWN, "link"),
    Trial("loss", {"rate": 1, "timeout": "5ms"}, STALL_MS, delayed("one", 1), DOWN, "link"),
    Trial("bandwidth", {"rate": "32000B"}, 1460 / 32, paced(1460), DOWN, "link"),
    Trial("trickle", {"pattern": "1000B:20ms"}, 20, paced(1000, first=0), DOWN, "link"),
    Trial("hold", {"flush": "100ms", "start": "byte"}, 100, delayed("one", 1), DOWN, "link"),
    Trial("idle_timeout", {"timeout": "300ms"}, 300, ended("pieces", "last"), kind="link"),
    Trial("max_lifetime", {"lifetime": "500ms"}, 500, ended("pieces", "made"), kind="link"),
    Trial("reset", {"time": "500ms"}, 500, ended("pieces", "made"), kind="link"),
    Trial("slow_accept", {"delay": "300ms"}, 300, answered("answer"), kind="link"),
    Trial("black_hole", {"heal": "300ms"}, 300, answered("answer"), DOWN, "link"),
    Trial("black_hole", {}, 700, window("answer"), Filter(direction="down", for_ms=700), "link", "for: 700ms"),
]


async def measure(trial: Trial, streams: int, seed: int) -> list[float]:
    """How late each thing happened, in ms, on so many connections."""
    lots = random.Random(seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Origin, "127.0.0.1", 0)
    behaviours = []
    if trial.name != "none":
        behaviours.append(Catalogue().make(trial.name, trial.parameters))
        behaviours[0].filter = trial.filter
    hop = HopSpec("hop1", "link" if trial.kind == "link" else "reverse", behaviours=behaviours)
    network = Network([hop], scheme="http", origin="same", log=EventLog(), authority=AUTHORITY)
    await network.start({"server": server.sockets[0].getsockname()[1]})
    network.clock.begin()
    began_ms = Peer.now_ms()

    async def one() -> list[float]:
        await asyncio.sleep(lots.random() * 0.3)
        made_ms = Peer.now_ms()
        _, peer = await loop.create_connection(Peer, "127.0.0.1", network.hops[0].port)
        try:
            return await trial.dialogue(Client(peer, made_ms, began_ms), trial.target_ms)
        finally:
            peer.transport.abort()

    try:
        found = await asyncio.gather(*(one() for _ in range(streams)))
    finally:
        await network.stop()
        server.close()
        await server.wait_closed()
    return [late for each in found for late in each]


AUTHORITY = Authority()


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=20, help="connections at once")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--only", nargs="*", metavar="BEHAVIOUR", help="these alone")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    rows = []
    sys.stdout.write(f"{'':52}{'target':>8}   late, ms:  p50     p95     max    min   n\n")
    for trial in TRIALS:
        if given.only and trial.name not in given.only:
            continue
        late: list[float] = []
        for turn in range(given.rounds):
            late += asyncio.run(measure(trial, given.streams, turn))
        said = trial.label or ", ".join(f"{key}: {value}" for key, value in trial.parameters.items())
        figures = [percentile(late, 0.5), percentile(late, 0.95), max(late), min(late)]
        rows.append({"behaviour": trial.name, "parameters": said, "target_ms": trial.target_ms, "late_ms": figures})
        sys.stdout.write(f"{trial.kind + ' ' + trial.name + ' ' + said:52}{trial.target_ms:8.1f} {'':9}")
        sys.stdout.write("".join(f"{figure:8.2f}" for figure in figures) + f"  {len(late)}\n")
        sys.stdout.flush()
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
