"""Measures the lab's server against its peers: see README.md.

``python benchmarks/server.py --help`` says what can be left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import install

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
TRANSPORTS = ("websocket", "xhr-streaming", "xhr-polling")
OURS = "ours"
Cell = tuple[str, str, int]
"""What was measured, over which transport, with how many sessions."""


def commands() -> dict[str, list[str | Path]]:
    """How each server is started."""
    own = [sys.executable]
    found: dict[str, list[str | Path]] = {
        OURS: [*own, PEERS / "ours.py"],
        "bare aiohttp": [*own, PEERS / "bare.py"],
        "aio-libs": [install.python("aio-libs"), PEERS / "aiolibs.py"],
        "tornado": [install.python("tornado"), PEERS / "tornado_echo.py"],
        "sockjs-node": ["node", PEERS / "node.js"],
    }
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return found
    return found | {
        "ours, uvloop": [*own, PEERS / "ours.py", "uvloop"],
        "bare, uvloop": [*own, PEERS / "bare.py", "uvloop"],
    }


@contextmanager
def serving(command: list[str | Path]) -> Iterator[tuple[int, int]]:
    """Run a server; gives its port and the process's id."""
    cwd = install.node() if command[0] == "node" else None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{command} did not start")
            yield int(line), process.pid
        finally:
            process.kill()


def ask(port: int, pid: int, **task: Any) -> dict[str, Any]:
    """Let the client work in a process of its own; what it measured. With ``hold`` also the server's memory."""
    before = resident_kib(pid)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, HERE / "client.py"], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"port": port, "pid": pid, "run": os.urandom(4).hex()} | task) + "\n")
        process.stdin.flush()
        kib = None
        if task.get("hold"):
            process.stdout.readline()
            kib = (resident_kib(pid) - before) / task["sessions"]
            process.stdin.write("\n")
            process.stdin.flush()
        answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"the client failed: {task}")
    result: dict[str, Any] = json.loads(answer)
    return result | ({"kib": kib} if kib is not None else {})


def resident_kib(pid: int) -> int:
    """The memory of a process that is in use, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} is gone")


def run(options: argparse.Namespace) -> dict[Cell, dict[str, list[float]]]:
    """All figures, by what was measured and by server, one per round."""
    figures: dict[Cell, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    servers = {name: command for name, command in commands().items() if not options.only or name in options.only}

    def note(name: str, transport: str, sessions: int, result: dict[str, Any]) -> None:
        for what in ("per_s", "median_ms", "p99_ms", "cpu_s_per_10k", "opens_per_s", "kib"):
            if result.get(what) is not None:
                figures[what, transport, sessions][name].append(result[what])

    for turn in range(options.rounds):
        for name, command in servers.items():
            sys.stderr.write(f"round {turn + 1} of {options.rounds}: {name}\n")
            for transport in options.transports:
                if name.startswith("bare") and transport != "websocket":
                    continue
                with serving(command) as (port, pid):
                    for sessions in options.sessions:
                        task = {"transport": transport, "sessions": sessions, "seconds": options.seconds}
                        note(name, transport, sessions, ask(port, pid, **task))
                for sessions in options.idle if turn == 0 else ():
                    # A new process: what another run has left would be taken for free.
                    with serving(command) as (port, pid):
                        result = ask(port, pid, transport=transport, sessions=sessions, seconds=0, hold=True)
                        note(name, transport, sessions, result)
    return figures


TITLES = {
    "per_s": "Messages per second",
    "median_ms": "Latency, median, ms",
    "p99_ms": "Latency, 99th percentile, ms",
    "cpu_s_per_10k": "CPU seconds per 10,000 messages",
    "opens_per_s": "Sessions opened per second",
    "kib": "Memory per idle session, KiB",
}
LESS_IS_BETTER = {"median_ms", "p99_ms", "cpu_s_per_10k", "kib"}


def table(figures: dict[Cell, dict[str, list[float]]]) -> str:
    """The medians as text, and for each server in brackets how many times better ours is."""
    lines: list[str] = []
    for what, title in TITLES.items():
        cells = {cell: by_name for cell, by_name in figures.items() if cell[0] == what}
        if not cells:
            continue
        names = list(dict.fromkeys(name for by_name in cells.values() for name in by_name))
        lines += ["", f"{title} (in brackets: how many times better {OURS} is)"]
        lines.append("".join([f"{'':24}", *(f"{name:>22}" for name in names)]))
        for (_, transport, sessions), by_name in cells.items():
            row = f"{transport:15}{sessions:>7}  "
            for name in names:
                row += f"{_shown(what, by_name.get(name), by_name.get(OURS)):>22}"
            lines.append(row)
    return "\n".join(lines)


def _shown(what: str, values: list[float] | None, ours: list[float] | None) -> str:
    if not values:
        return "-"
    value = statistics.median(values)
    text = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    if not ours or not value or not statistics.median(ours):
        return text
    ratio = statistics.median(ours) / value
    return f"{text} ({1 / ratio if what in LESS_IS_BETTER else ratio:.2f})"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds through all servers; medians are shown")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each cell is measured")
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 50, 500], help="sessions at work at one time")
    parser.add_argument("--idle", type=int, nargs="*", default=[1000, 10000], help="idle sessions to weigh")
    parser.add_argument("--transports", nargs="+", choices=TRANSPORTS, default=TRANSPORTS)
    parser.add_argument("--only", nargs="+", metavar="SERVER", help="only these servers, such as ours sockjs-node")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--quick", action="store_true", help="one short round, at most 50 sessions")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.sessions, options.idle = 1, 0.3, [1, 50], [500]
    figures = run(options)
    sys.stdout.write(table(figures) + "\n")
    if options.json:
        rows = [
            {"what": what, "transport": transport, "sessions": sessions, "servers": by_name}
            for (what, transport, sessions), by_name in figures.items()
        ]
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
