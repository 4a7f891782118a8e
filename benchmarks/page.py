"""Measures what it costs a page in Chromium that the recorder watches its requests (recorder/65_requests.js).

Pages with the whole recorder and with one that lacks this part take turns. What is compared are the CPU times of the
page's main thread, for other work on the machine changes them least; `wall` is how long a request took.
``python -m benchmarks.page --help`` says what can be left out.
"""

import argparse
import asyncio
import statistics
import sys
from collections import defaultdict

from playwright.async_api import Browser, CDPSession, async_playwright

from lab.browser.find import locate
from lab.browser.page import files, recorder_script
from lab.browser.recorder import Recorder
from lab.events import EventLog
from lab.server.host import LabServer

PART, NEXT = "/* ---- Requests:", "/* ---- The raw websocket"
XHR = """count => new Promise(resolve => {
  const took = [];
  (function ask() {
    const began = performance.now(), xhr = new XMLHttpRequest();
    xhr.open("GET", location.origin + "/echo/info?t=" + took.length);
    xhr.onreadystatechange = () => {
      if (xhr.readyState < 3) return;
      xhr.responseText;
      if (xhr.readyState < 4) return;
      took.push(performance.now() - began);
      if (took.length < count) setTimeout(ask); else resolve(took);
    };
    xhr.send();
  })();
})"""
"""One request for a small answer after another, read as the client reads them."""
CPU = {"script": "ScriptDuration", "task": "TaskDuration"}


def without() -> str:
    """The recorder without the part."""
    text = recorder_script()
    return text[: text.index(PART)] + text[text.index(NEXT) :]


async def _cpu(session: CDPSession) -> dict[str, float]:
    answer = await session.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in answer["metrics"]}


async def measured(browser: Browser, script: str, count: int) -> dict[str, float]:
    """Microseconds per request in a fresh page that is recorded."""
    page_files = await files("1.6.1") | {"/lab/recorder.js": ("application/javascript", script.encode())}
    server = LabServer(files=page_files)
    await server.start()
    page = await browser.new_page()
    recorder = Recorder(page, EventLog())  # type: ignore[arg-type]  # It only evaluates.
    try:
        await page.goto(f"http://127.0.0.1:{server.port}/lab/page.html")
        await recorder.start()
        # Of an endpoint's requests are those that a client is known for.
        await recorder.connect(f"http://127.0.0.1:{server.port}/echo", {"transports": ["websocket"]})
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable", {"timeDomain": "threadTicks"})
        await page.evaluate(XHR, count)  # What is run for the first time is slower.
        before = await _cpu(session)
        took = await page.evaluate(XHR, count)
        after = await _cpu(session)
    finally:
        await recorder.stop()
        await page.close()
        await server.stop()
    cpu = {name: (after[key] - before[key]) * 1e6 / count for name, key in CPU.items()}
    return cpu | {"wall": statistics.median(took) * 1000}


async def main(rounds: int, count: int) -> None:
    """Measure, and print a row for each figure."""
    scripts = {"without": without(), "with": recorder_script()}
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=locate("chromium").executable, args=["--no-sandbox"]
        )
        for _ in range(rounds):
            for name, script in scripts.items():
                for what, figure in (await measured(browser, script, count)).items():
                    found[what][name].append(figure)
        await browser.close()
    for what, each in found.items():
        more = [b - a for a, b in zip(each["without"], each["with"], strict=True)]
        sys.stdout.write(
            f"{what:7} without {statistics.median(each['without']):6.0f}  with {statistics.median(each['with']):6.0f}"
            f"  more {statistics.median(more):+.0f} ({min(more):+.0f} to {max(more):+.0f}) microseconds\n"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=300)
    given = parser.parse_args()
    asyncio.run(main(given.rounds, given.count))
