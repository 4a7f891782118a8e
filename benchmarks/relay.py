"""Measures the lab's relay against others: bytes per second, added latency, and how well behaviours keep their time.

``python benchmarks/relay.py`` takes about a minute; ``--help`` says what can be left out. The others are a plain
relay of asyncio streams, the naive peer, and socat where it is installed (``--socat PATH`` where it is not in the
path). Each relay runs in a process of its own; rounds go through all of them in turn, so that a machine that gets
slower slows all of them. Read the ratios. In the part on timing the row ``none`` is the control, a link without a
behaviour: where it is late itself, something else was running, and it helps to run it with ``chrt -f 10``.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import selectors
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
OURS = "ours"
PIECE = 256 * 1024
STAMP = struct.Struct("!d8x")

BEHAVIOURS = {
    "none": [],
    "latency": ["latency: {delay: 50ms, when: {direction: up}}"],
    "trickle": ["trickle: {pattern: 100B:20ms, when: {direction: up}}"],
    "hold": ["hold: {flush: 100ms, start: byte, when: {direction: up}}"],
}


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# The relays.


async def naive(target: int) -> None:
    """A relay as everybody writes it first: asyncio streams, 64 KiB at a time."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, target)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        for each in (writer, far_writer):
            each.close()

    server = await asyncio.start_server(came, LOOPBACK, 0)
    say(f"listening on {LOOPBACK}:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


def command(name: str, target: int, behaviours: list[str], socat: str | None) -> tuple[list[str], int | None]:
    """How a relay is started, and the port that it is told to listen on; None where it chooses one."""
    if name == OURS:
        return [sys.executable, "-m", "lab.network.link", str(target), *behaviours], None
    if name == "naive":
        return [sys.executable, __file__, "--naive", str(target)], None
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    listens = f"TCP-LISTEN:{port},bind={LOOPBACK},reuseaddr,fork,nodelay"
    return [str(socat), "-b", str(PIECE), listens, f"TCP:{LOOPBACK}:{target},nodelay"], port


@contextlib.contextmanager
def relay(name: str, target: int, behaviours: list[str], socat: str | None = None) -> Iterator[int]:
    """Run a relay; gives the port that it listens on. ``direct`` is none, and gives the target."""
    if name == "direct":
        yield target
        return
    words, port = command(name, target, behaviours, socat)
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        try:
            if port is None:
                assert process.stdout is not None
                line = process.stdout.readline()
                if not line:
                    raise SystemExit(f"{name} did not start")
                port = int(line.rpartition(":")[2])
            else:
                time.sleep(0.3)
            yield port
        finally:
            process.terminate()


# The servers: each connection says in its first byte what it wants.


def serve(ready: Any) -> None:
    """Take connections for ever, each in a thread."""
    with socket.create_server((LOOPBACK, 0), backlog=512) as server:
        ready.put(server.getsockname()[1])
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


def answer(own: socket.socket) -> None:
    """Do what the first byte asks for: s(ink), e(cho)."""
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = bytearray(1 << 20)
    with contextlib.suppress(ConnectionError), own:
        kind = own.recv(1)
        total = 0
        while count := own.recv_into(buffer):
            total += count
            if kind == b"e":
                own.sendall(memoryview(buffer)[:count])
        if kind == b"s":
            own.sendall(str(total).encode())


def connected(port: int, kind: bytes) -> socket.socket:
    """A connection that has asked for its kind of answer."""
    own = socket.create_connection((LOOPBACK, port))
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own.sendall(kind)
    return own


def throughput(port: int, megabytes: int) -> float:
    """MB/s of one connection, from the first byte until the server has counted the last."""
    data = bytes(PIECE)
    with connected(port, b"s") as own:
        began = time.perf_counter()
        rounds = megabytes * 1_000_000 // PIECE
        for _ in range(rounds):
            own.sendall(data)
        own.shutdown(socket.SHUT_WR)
        total = int(own.recv(100))
        took = time.perf_counter() - began
    assert total == rounds * PIECE, (total, rounds * PIECE)
    return total / took / 1e6


def round_trip_ms(port: int, count: int) -> float:
    """Median of so many round trips of 64 bytes."""
    with connected(port, b"e") as own:
        times = []
        for number in range(count + 100):
            began = time.perf_counter()
            own.sendall(bytes(64))
            left = 64
            while left:
                left -= len(own.recv(left))
            if number >= 100:
                times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


# Timing: streams that send stamped messages through an echo, the way back being without a behaviour.


def timing(
    port: int, streams: int, rounds: int, expected_ms: Callable[[int], float], size: int, gap_s: float
) -> list[float]:
    """How much later than expected each piece came, in ms, with all streams under way at once.

    Args:
        port: The relay, whose behaviour acts on what goes up.
        streams: How many connections.
        rounds: How many messages each sends.
        expected_ms: When byte number n of a message is due, after it was sent.
        size: Bytes of a message.
        gap_s: From one message of a stream to its next; the streams begin at random.
    """
    lots = random.Random(0)
    chooser = selectors.DefaultSelector()
    sent = [0.0] * streams
    got = [0] * streams
    left = [rounds] * streams
    owns = []
    begin = time.perf_counter() + 0.5
    due = sorted((begin + lots.random() * gap_s, stream) for stream in range(streams))
    for stream in range(streams):
        own = connected(port, b"e")
        chooser.register(own, selectors.EVENT_READ, stream)
        owns.append(own)
    late: list[float] = []
    while due or any(count for count in got) or any(left):
        wait = max(0.0, due[0][0] - time.perf_counter()) if due else 0.5
        for key, _ in chooser.select(wait):
            now = time.perf_counter()
            stream = key.data
            count = len(owns[stream].recv(65536))
            late.append((now - sent[stream]) * 1000 - expected_ms(got[stream]))
            got[stream] += count
            if got[stream] >= size:
                got[stream] = 0
                left[stream] -= 1
                if left[stream]:
                    due.append((max(now, sent[stream] + gap_s) + lots.random() * 0.02, stream))
                    due.sort()
        while due and due[0][0] <= time.perf_counter():
            _, stream = due.pop(0)
            sent[stream] = time.perf_counter()
            owns[stream].sendall(bytes(size))
            got[stream] = 0
    for own in owns:
        own.close()
    return late


TIMED: dict[str, tuple[Callable[[int], float], int]] = {
    "none": (lambda at: 0.0, 64),
    "latency": (lambda at: 50.0, 64),
    "trickle": (lambda at: 20.0 * (at // 100), 1000),
    "hold": (lambda at: 100.0, 64),
}


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each relay is measured")
    parser.add_argument("--megabytes", type=int, default=400, help="how much is sent in a round")
    parser.add_argument("--trips", type=int, default=2000, help="round trips in a round")
    parser.add_argument("--streams", type=int, default=50, help="streams at once, for timing")
    parser.add_argument("--socat", default=shutil.which("socat"), help="where socat is")
    parser.add_argument("--only", choices=["throughput", "latency", "timing"], help="one part alone")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--check", action="store_true", help="end with 1 where an aim does not hold")
    parser.add_argument("--naive", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.naive:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(naive(given.naive))
        return
    ready: Any = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ready,), daemon=True)
    server.start()
    target = ready.get()
    figures: dict[str, Any] = {}
    names = ["direct", OURS, "naive", *(["socat"] if given.socat else [])]
    try:
        with contextlib.ExitStack() as stack:
            ports = {name: stack.enter_context(relay(name, target, [], given.socat)) for name in names}
            if given.only in (None, "throughput"):
                runs = [
                    {name: throughput(ports[name], given.megabytes) for name in names} for _ in range(given.rounds)
                ]
                figures["MB/s"] = middle(runs)
            if given.only in (None, "latency"):
                runs = [
                    {name: round_trip_ms(ports[name], given.trips) for name in names} for _ in range(given.rounds)
                ]
                figures["round trip, ms"] = middle(runs)
        report(figures)
        if given.only in (None, "timing"):
            say(f"\nlateness in ms at {given.streams} streams     p50     p95     max  earliest  pieces")
            for name, (expected, size) in TIMED.items():
                with relay(OURS, target, BEHAVIOURS[name]) as port:
                    late = timing(port, given.streams, 10, expected, size, 0.5)
                row = [percentile(late, 0.5), percentile(late, 0.95), max(late), min(late)]
                figures[f"timing {name}"] = row
                say(f"{name:32}" + "".join(f"{value:8.2f}" for value in row) + f"  {len(late)}")
    finally:
        server.terminate()
    missed = aims(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")
    if given.check and missed:
        raise SystemExit(1)


def aims(figures: dict[str, Any]) -> list[str]:
    """Print which aims hold of those that were measured; those that do not."""
    held: dict[str, bool] = {}
    if "MB/s" in figures:
        held["300 MB/s or more"] = figures["MB/s"][OURS] >= 300
    if "round trip, ms" in figures:
        trips = figures["round trip, ms"]
        held["0.1 ms or less added at the median"] = trips[OURS] - trips["direct"] <= 0.1
    for name in TIMED:
        if f"timing {name}" in figures and name != "none":
            held[f"{name} within 2 ms at the 95th percentile"] = figures[f"timing {name}"][1] <= 2
    for aim, holds in held.items():
        say(f"{'holds ' if holds else 'MISSED'}  {aim}")
    return [aim for aim, holds in held.items() if not holds]


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def report(figures: dict[str, Any]) -> None:
    """Print throughput and latency, with what they are next to the others'."""
    for name, row in figures.get("MB/s", {}).items():
        ratio = figures["MB/s"][OURS] / row
        say(f"throughput  {name:8} {row:8.0f} MB/s   ours is {ratio:.2f} times that")
    trips = figures.get("round trip, ms", {})
    for name, row in trips.items():
        added = row - trips["direct"]
        say(f"latency     {name:8} {row:8.3f} ms a round trip of 64 bytes, {added:+.3f} ms")


if __name__ == "__main__":
    main()
