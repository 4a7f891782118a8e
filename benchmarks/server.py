"""Measures the lab's server against its peers: see README.md.

``python benchmarks/server.py --help`` says what can be left out.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import install
import tables
from tables import BARE, OURS, TRANSPORTS, Cell, Figures

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
OPENED = 2000
"""Sessions that are opened, 50 at a time, to see how fast that goes."""
Job = tuple[int, str, str, int, str]
"""Round, server, transport, sessions, and what they do: echo, open or idle."""
FILE = HERE.parent / "reports" / "benchmark-server.ndjson"


def commands() -> dict[str, list[str | Path]]:
    """How each server is started."""
    own = [sys.executable]
    found: dict[str, list[str | Path]] = {
        OURS: [*own, PEERS / "ours.py"],
        BARE: [*own, PEERS / "bare.py"],
        "aio-libs": [install.python("aio-libs"), PEERS / "aiolibs.py"],
        "tornado": [install.python("tornado"), PEERS / "tornado_echo.py"],
        "sockjs-node": ["node", PEERS / "node.js"],
        f"{OURS}, mounted": [*own, PEERS / "ours.py", "mounted"],
    }
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return found
    return found | {
        f"{OURS}, uvloop": [*own, PEERS / "ours.py", "uvloop"],
        f"{BARE}, uvloop": [*own, PEERS / "bare.py", "uvloop"],
    }


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What is started in here, and all its threads, stay on that core (None: where the system likes)."""
    if core is None:
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


@contextmanager
def serving(command: list[str | Path], core: int | None = None) -> Iterator[tuple[int, int]]:
    """Run a server; gives its port and the process's id."""
    cwd = install.node() if command[0] == "node" else None
    with on_core(core):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, text=True)
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{command} did not start")
            yield int(line), process.pid
        finally:
            process.kill()


def ask(port: int, pid: int, core: int | None = None, **task: Any) -> dict[str, Any]:
    """Let the client work in a process of its own; what it measured. With ``hold`` also the server's memory."""
    before = resident_kib(pid)
    pipe = subprocess.PIPE
    with on_core(core):
        process = subprocess.Popen([sys.executable, HERE / "client.py"], stdin=pipe, stdout=pipe, text=True)
    with process:
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


def jobs(options: argparse.Namespace, servers: list[str]) -> Iterator[Job]:
    """What is measured, in that order.

    All servers take their turn in one cell before the next cell comes, so that a machine that gets slower meanwhile
    slows all that are compared.
    """
    for turn in range(options.rounds):
        for transport in options.transports:
            there = [server for server in servers if transport == "websocket" or not server.startswith(BARE)]
            if not there:
                continue
            # Another one is the first in each round: whoever comes first may find the machine in another state.
            there = there[turn % len(there) :] + there[: turn % len(there)]
            for sessions in options.sessions:
                yield from ((turn, server, transport, sessions, "echo") for server in there)
            if options.sessions:
                yield from ((turn, server, transport, OPENED, "open") for server in there)
            for sessions in options.idle if turn == 0 else ():
                yield from ((turn, server, transport, sessions, "idle") for server in there)


def cores(sessions: int) -> tuple[int, int]:
    """The cores of the server and of the client: one each; the same one where they wait for each other in turn.

    With one message in flight only one of the two runs at a time, and what a system takes to wake the other one would
    be most of what is measured, or not, as its scheduler pleases.
    """
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[0] if sessions == 1 else usable[-1]


def measure(options: argparse.Namespace) -> None:
    """Measure what the file does not hold yet, and append it there."""
    found = {name: command for name, command in commands().items() if not options.servers or name in options.servers}
    done = {tuple(json.loads(line)["job"]) for line in options.file.read_text().splitlines()}
    todo = [job for job in jobs(options, list(found)) if job not in done]
    for number, job in enumerate(todo):
        turn, server, transport, sessions, kind = job
        what = f"{kind} {sessions} sessions over {transport}"
        sys.stderr.write(f"{number + 1} of {len(todo)}, round {turn + 1}: {server}, {what}\n")
        server_core, client_core = cores(sessions) if options.pin else (None, None)
        # A new process each time: what another run has left would be taken for free, or slow it down.
        with serving(found[server], server_core) as (port, pid):
            task = {"transport": transport, "sessions": sessions, "seconds": options.seconds if kind == "echo" else 0}
            result = ask(port, pid, client_core, hold=kind == "idle", **task)
        with options.file.open("a") as file:
            file.write(json.dumps({"job": job, "result": result}) + "\n")


def read(file: Path) -> Figures:
    """The figures in a file: by what was measured, and by server, one per round."""
    figures: Figures = {}
    for line in file.read_text().splitlines():
        entry = json.loads(line)
        turn, server, transport, sessions, kind = entry["job"]
        for what, value in entry["result"].items():
            if value is not None and what in tables.OF_KIND[kind]:
                figures.setdefault(Cell(what, transport, sessions), {}).setdefault(server, {})[turn] = value
    return figures


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these transports and servers", default=[])
    parser.add_argument("--rounds", type=int, default=5, help="rounds through all servers; medians are shown")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each cell is measured")
    parser.add_argument("--sessions", type=int, nargs="*", default=[1, 50, 500], help="sessions at work at one time")
    parser.add_argument("--idle", type=int, nargs="*", default=[1000, 10000], help="idle sessions to weigh")
    parser.add_argument("--quick", action="store_true", help="one short round, few sessions, a file of its own")
    parser.add_argument("--file", type=Path, default=FILE, help="where figures are kept; what is there is not redone")
    parser.add_argument("--no-pin", dest="pin", action="store_false", help="let the system choose the cores")
    parser.add_argument("--fresh", action="store_true", help="begin the file anew")
    parser.add_argument("--show", action="store_true", help="measure nothing, show what the file holds")
    options = parser.parse_args()
    known = {*TRANSPORTS, *commands()}
    if unknown := sorted(set(options.only) - known):
        parser.error(f"--only {unknown[0]!r}: expected one of {', '.join(sorted(known))}")
    options.transports = [name for name in TRANSPORTS if name in options.only] or TRANSPORTS
    options.servers = set(options.only) - set(TRANSPORTS)
    if options.quick:
        options.rounds, options.seconds, options.sessions, options.idle = 1, 0.3, [1, 50], [500]
        options.file, options.fresh = options.file.with_suffix(".quick.ndjson"), True
    if options.fresh:
        options.file.unlink(missing_ok=True)
    options.file.touch()
    if not options.show:
        measure(options)
    sys.stdout.write(tables.render(read(options.file)) + "\n")


if __name__ == "__main__":
    main()
