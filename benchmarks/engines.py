"""Measures the engines: what a start and a clean page cost, and whether memory grows over many cases.

    python -m benchmarks.engines [--engine NAME ...] [--cases 200] [--starts 5] [--no-ahead]

A case is what the runner does: a tab with a clean state, the lab's page, one connection, an echo, the end. Memory
is what the processes of the browser hold alone and their share of what they hold together (PSS).
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

from lab.browser import find, home, launched, minibrowser, page
from lab.browser.engine import Engine
from lab.browser.engines import create
from lab.browser.recorder import Recorder
from lab.events import EventLog
from lab.server.host import LabServer

_homes: list[home.Home] = []


class _Noted(home.Home):
    """The homes of the browsers, by which their processes are known."""

    def __init__(self) -> None:
        super().__init__()
        _homes.append(self)


def _pss_mb() -> float:
    """The PSS of all the browser's processes, in MB."""
    pids = {pid for each in _homes for pid in each.family()}
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # It ended meanwhile.
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _summary(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    return {
        "least_ms": round(ordered[0], 1),
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


async def _case(engine: Engine, origin: str) -> dict[str, float]:
    """One case; what each part of it took, and how late the page's timers fired while it connected, in ms."""
    log = EventLog()
    began = time.perf_counter()
    tab = await engine.open()
    opened = time.perf_counter()
    try:
        await tab.goto(f"{origin}/lab/page.html")
        loaded = time.perf_counter()
        recorder = Recorder(tab, log)
        await recorder.start()
        await recorder.connect(f"{origin}/echo", {})
        await log.wait_for(lambda event: event.kind == "client.open", timeout_s=20)
        await recorder.send("hello")
        await log.wait_for(lambda event: event.kind == "message.in", timeout_s=20)
        echoed = time.perf_counter()
        await recorder.stop()
    finally:
        await tab.close()
    ended = time.perf_counter()
    late_ms = max((event.data["late_ms"] for event in log if event.kind == "head_room"), default=0.0)
    times = (("tab", began, opened), ("page", opened, loaded), ("echo", loaded, echoed), ("end", echoed, ended))
    parts = {name: (to - since) * 1000 for name, since, to in (*times, ("whole", began, ended))}
    return parts | {"late": late_ms}


async def _measure(name: str, cases: int, starts: int, ahead: bool) -> dict[str, object]:
    server = LabServer(files=await page.files())
    await server.start()
    origin = f"http://127.0.0.1:{server.port}"
    start_ms = []
    for _ in range(starts):
        engine = create(name)
        began = time.perf_counter()
        await engine.start()
        tab = await engine.open()
        start_ms.append((time.perf_counter() - began) * 1000)
        await tab.close()
        await engine.stop()
    engine = create(name)
    if hasattr(engine, "starts_ahead"):
        engine.starts_ahead = ahead
    await engine.start()
    parts: dict[str, list[float]] = {}
    memory_mb: dict[int, float] = {}
    try:
        for number in range(1, cases + 1):
            for part, took in (await _case(engine, origin)).items():
                parts.setdefault(part, []).append(took)
            if number == 1 or number % max(1, cases // 8) == 0:
                await asyncio.sleep(0.5)  # What is ending ends.
                memory_mb[number] = round(_pss_mb(), 1)
    finally:
        await engine.stop()
        await server.stop()
    return {
        "engine": name,
        "version": engine.version,
        "start_and_first_tab": _summary(start_ms),
        "case": {part: _summary(times) for part, times in parts.items()},
        "pss_mb_after_case": memory_mb,
    }


async def _main(engines: list[str], cases: int, starts: int, ahead: bool) -> None:
    for name in engines:
        _homes.clear()
        print(json.dumps(await _measure(name, cases, starts, ahead)), flush=True)  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="append", choices=find.NAMES, help="all where left out")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--no-ahead", dest="ahead", action="store_false", help="start no WebKit process ahead")
    given = parser.parse_args()
    launched.Home = _Noted  # type: ignore[attr-defined]
    minibrowser.Home = _Noted  # type: ignore[attr-defined]
    asyncio.run(_main(given.engine or list(find.NAMES), given.cases, given.starts, given.ahead))
