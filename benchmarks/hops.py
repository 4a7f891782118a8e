"""Measures what a hop costs: how long it takes to start, and what it adds to a message and to a request.

Every figure stands beside that of a direct connection in the same run. ``python benchmarks/hops.py --help`` says
what can be left out.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.balancer import Choice
from lab.network.redirect import program
from lab.network.topology import HopSpec, Network
from lab.server.host import LabServer

COLD = """
import asyncio, time
began = time.perf_counter()
from benchmarks.hops import started
print((time.perf_counter() - began) * 1000, asyncio.run(started({name!r})))
"""
WARM_STARTS = 15
DIRECT = "direct"


def kinds() -> dict[str, list[HopSpec]]:
    """The networks that are measured, by name."""
    found = {
        DIRECT: [],
        "link": [HopSpec("hop1", "link")],
        "reverse": [HopSpec("hop1", "reverse")],
        "forward": [HopSpec("hop1", "forward")],
        "socks": [HopSpec("hop1", "socks")],
        "balancer": [HopSpec("hop1", "balancer", choice=Choice(["node1"]))],
        "3 links": [HopSpec(f"hop{number}", "link") for number in (1, 2, 3)],
        "3 reverse": [HopSpec(f"hop{number}", "reverse") for number in (1, 2, 3)],
    }
    try:
        program()
    except Exception:
        return found
    return found | {"transparent": [HopSpec("hop1", "transparent")]}


def network(hops: list[HopSpec], log: EventLog | None = None) -> Network:
    """A network of fresh hops of these kinds."""
    return Network(hops, scheme="http", origin="same", log=log or EventLog(), authority=AUTHORITY)


AUTHORITY = Authority()


async def started(name: str, times: int = 1) -> float:
    """Milliseconds until the hops of this kind accept; the median of several starts."""
    took = []
    for _ in range(times):
        one = network(kinds()[name])
        began = time.perf_counter()
        await one.start({"node1": 9})
        took.append((time.perf_counter() - began) * 1000)
        await one.stop()
    return statistics.median(took)


async def connected(one: Network, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
    """A connection that leads to the server, and what stands before a path in a request on it."""
    told = one.browser_proxy
    target = int(told.rpartition(":")[2]) if told else one.hops[0].port if one.hops else port
    reader, writer = await asyncio.open_connection("127.0.0.1", target)
    if told and told.startswith("socks5"):
        writer.write(b"\x05\x01\x00")
        await reader.readexactly(2)
        host = b"www.lab.home.arpa"
        writer.write(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + (80).to_bytes(2, "big"))
        await reader.readexactly(10)
        return reader, writer, ""
    return reader, writer, "http://www.lab.home.arpa" if told else ""


async def latencies(one: Network, port: int, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each of ``count`` echoes on a websocket, and of as many requests on one connection."""
    reader, writer, before = await connected(one, port)
    writer.write(
        f"GET {before}/echo/0/{time.monotonic_ns()}/websocket HTTP/1.1\r\nHost: www.lab.home.arpa\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(3)  # the open frame
    message = b'["hello"]'
    frame = bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message
    echoes = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(frame)
        head = await reader.readexactly(2)
        await reader.readexactly(head[1])
        echoes.append((time.perf_counter() - began) * 1000)
    writer.close()
    reader, writer, before = await connected(one, port)
    requests = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(f"GET {before}/echo/info HTTP/1.1\r\nHost: www.lab.home.arpa\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(size)
        requests.append((time.perf_counter() - began) * 1000)
    writer.close()
    return echoes, requests


async def measure(rounds: int, count: int, only: list[str]) -> dict[str, dict[str, float]]:
    """All figures, by kind of hop: ``warm_ms``, ``echo_ms``, ``request_ms`` and what they add to the direct ones."""
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    names = [name for name in kinds() if name in (DIRECT, *(only or kinds()))]
    server = LabServer()
    await server.start()
    for _ in range(rounds):
        for name in names:
            one = network(kinds()[name])
            await one.start({"node1": server.port})
            echoes, requests = await latencies(one, server.port, count)
            await one.stop()
            figures[name]["echo_ms"] += echoes
            figures[name]["request_ms"] += requests
    await server.stop()
    found: dict[str, dict[str, float]] = {}
    for name in names:
        row = {key: statistics.median(values) for key, values in figures[name].items()}
        row["p99_echo_ms"] = statistics.quantiles(figures[name]["echo_ms"], n=100)[98]
        if name != DIRECT:
            row["warm_ms"] = await started(name, WARM_STARTS)
            row |= {f"added_{key}": row[key] - found[DIRECT][key] for key in ("echo_ms", "request_ms")}
        found[name] = row
    return found


def cold(name: str) -> tuple[float, float]:
    """Milliseconds in a new process: to import what is needed, and then to start the hop."""
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", COLD.format(name=name)], cwd=root, check=True, capture_output=True, text=True
    )
    imported, start = done.stdout.split()
    return float(imported), float(start)


def table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as text."""
    lines = [
        f"{'':14}{'start, warm':>12}{'echo':>10}{'added':>10}{'p99':>10}{'request':>10}{'added':>10}   (ms, medians)"
    ]
    for name, row in figures.items():
        keys = ("warm_ms", "echo_ms", "added_echo_ms", "p99_echo_ms", "request_ms", "added_request_ms")
        cells = [f"{row[key]:.3f}" if key in row else "-" for key in keys]
        lines.append(f"{name:14}{cells[0]:>12}" + "".join(f"{cell:>10}" for cell in cells[1:]))
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds through all kinds")
    parser.add_argument("--count", type=int, default=400, help="echoes, and requests, of each kind in a round")
    parser.add_argument("--only", nargs="+", default=[], metavar="KIND", help="only these kinds, and the direct one")
    parser.add_argument("--no-cold", action="store_true", help="do not start hops in new processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.rounds, options.count, options.only))
    sys.stdout.write(table(figures) + "\n")
    if not options.no_cold:
        for name in ("reverse", "link"):
            imported, start = zip(*(cold(name) for _ in range(3)), strict=True)
            figures[name] |= {"import_ms": statistics.median(imported), "cold_ms": statistics.median(start)}
            sys.stdout.write(
                f"{name} in a new process: {figures[name]['import_ms']:.0f} ms to import, "
                f"then {figures[name]['cold_ms']:.1f} ms to start\n"
            )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
