"""The client of the benchmark: opens sessions, lets them echo for a while, and says how it went.

As a program it reads one JSON object (see `measure`) from its standard input and writes one.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from sessions import TRANSPORTS, Session


async def open_all(transport: str, port: int, count: int, run: str) -> tuple[list[Session], float]:
    """``count`` open sessions, 50 being opened at a time, and the seconds that it took."""
    sessions = [TRANSPORTS[transport](port, f"/echo/000/{run}{number}") for number in range(count)]
    waiting = iter(sessions)

    async def work() -> None:
        for session in waiting:
            await session.open()

    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(50, count)):
            # The group holds the task.
            group.create_task(work())
    return sessions, time.perf_counter() - begin


def cpu_s(pid: int) -> float:
    """The seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Open sessions, echo for a while, and say how it went.

    ``task`` holds transport, port, pid (the server's), sessions, seconds, run (a name for the sessions' ids), and
    hold: whether to write a first result when all sessions are open, and to wait for a line on the standard input, so
    that the server can be looked at.
    """
    sessions, opening = await open_all(task["transport"], task["port"], task["sessions"], task["run"])
    result: dict[str, Any] = {"opens_per_s": len(sessions) / opening}
    if task.get("hold"):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
    if task["seconds"]:
        for session in sessions:
            await session.prepare()
        for session in sessions:
            session.go()
        await asyncio.sleep(task["seconds"] / 5)
        for session in sessions:
            session.count = 0
            session.latencies.clear()
        begin, cpu = time.perf_counter(), cpu_s(task["pid"])
        await asyncio.sleep(task["seconds"])
        took, cpu = time.perf_counter() - begin, cpu_s(task["pid"]) - cpu
        count = sum(session.count for session in sessions)
        latencies = sorted(latency for session in sessions for latency in session.latencies)
        result |= {
            "per_s": count / took,
            "cpu_s_per_10k": cpu / count * 10_000 if count else None,
            "median_ms": latencies[len(latencies) // 2] * 1000 if latencies else None,
            "p99_ms": latencies[len(latencies) * 99 // 100] * 1000 if latencies else None,
        }
    for session in sessions:
        session.close()
    return result


def main() -> None:
    """Read the task, measure, write the result."""
    task = json.loads(sys.stdin.readline())
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        sys.stdout.write(json.dumps(runner.run(measure(task))) + "\n")


if __name__ == "__main__":
    main()
