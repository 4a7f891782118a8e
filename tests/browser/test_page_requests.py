"""The recorder in the page: what each engine tells it of the client's requests."""

import shutil
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from lab.server.host import LabServer
from tests.browser.kit import OF_REQUESTS, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="the client comes from npm"),
]

PRELUDE, OPEN, ECHO = 2049, len("o\n"), len('a["hello"]\n')


class Told(NamedTuple):
    """What the page was told of one request."""

    leaf: str
    initiator: str
    method: str
    status: int | None
    bytes: int | None
    end: str | int | None
    """Why, or a websocket's code; `ON` where nothing was told."""


ON = "on"
INFO = Told("info", "xmlhttprequest", "GET", 200, None, "done")
SENT = Told("xhr_send", "xmlhttprequest", "POST", 204, 0, "done")
STREAM = Told("xhr_streaming", "xmlhttprequest", "POST", 200, PRELUDE + OPEN + ECHO, "aborted")
ROWS: list[tuple[str, str, list[Told]]] = [
    ("same", "xhr-streaming", [SENT, STREAM]),
    ("cross", "xhr-streaming", [SENT, STREAM]),
    (
        *("cross", "xhr-polling"),
        [
            Told("xhr", "xmlhttprequest", "POST", None, 0, "aborted"),
            Told("xhr", "xmlhttprequest", "POST", 200, OPEN, "done"),
            Told("xhr", "xmlhttprequest", "POST", 200, ECHO, "done"),
            SENT,
        ],
    ),
    ("cross", "eventsource", [Told("eventsource", "eventsource", "GET", 200, None, "aborted"), SENT]),
    ("cross", "websocket", [Told("websocket", "websocket", "GET", 101, None, 1000)]),
    # Of scripts only those that came, and of another origin neither when the answer came nor how long it was.
    ("cross", "jsonp-polling", [Told("jsonp", "script", "GET", None, None, None)] * 2),
    # What is asked for inside of the iframe is not told, and nothing is made up for it.
    ("cross", "iframe-eventsource", [Told("iframe.html", "iframe", "GET", None, None, None)]),
]


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(page_files: dict[str, tuple[str, bytes]]) -> AsyncIterator[LabServer]:
    """Another origin than that of the page."""
    started = LabServer(files=page_files)
    await started.start()
    yield started
    await started.stop()


def told(page: Page, connection: str) -> list[Told]:
    """The requests, sorted; without the form that WebKit alone tells of."""
    by_number: dict[int, dict[str, Any]] = {}
    for event in page.seen(*OF_REQUESTS):
        if event.data["connection"] == connection:
            by_number.setdefault(event.data["request"], {})[event.kind] = event.data
    found = []
    for seen in by_number.values():
        asked, end = seen["request"], seen.get("response.end", {})
        leaf = asked["url"].partition("?")[0].rpartition("/")[2]
        status = seen.get("response", {}).get("status")
        size = end.get("bytes") if leaf != "info" else None  # A random number is in it.
        over = seen["ws.close"]["code"] if "ws.close" in seen else end.get("why", ON)
        found.append(Told(leaf, asked["initiator"], asked["method"], status, size, over))
    return sorted((one for one in found if one.leaf != "jsonp_send"), key=repr)


async def test_page_is_told_of_requests(page: Page, elsewhere: LabServer) -> None:
    for where, transport, _ in ROWS:
        origin = page.origin if where == "same" else f"http://127.0.0.1:{elsewhere.port}"
        page.endpoint, name = f"{origin}/echo", f"{where} {transport}"
        await page.connect(transport, timeout=10_000, connection=name)
        await page.until("client.open", transport=transport, connection=name)
        await page.recorder.send("hello", name)
        await page.until("message.in", connection=name)
        if transport == "xhr-polling":  # The poll that waits for what comes next is its last.
            await page.until("response.end", connection=name, bytes=ECHO)
            await page.tab.evaluate("() => new Promise(resolve => setTimeout(resolve, 50))")
        await page.recorder.close(connection=name)
        await page.until("client.close", connection=name)
    await page.until("ws.close")
    await page.recorder.drain()
    expected = {f"{where} {transport}": sorted([INFO, *rows], key=repr) for where, transport, rows in ROWS}
    assert {name: told(page, name) for name in expected} == expected
    begun = {event.data["request"]: event.t_ms for event in page.seen("request")}
    assert all(event.t_ms >= begun[event.data["request"]] for event in page.seen(*OF_REQUESTS))


async def test_page_is_told_the_size_of_a_script_of_its_own_origin(page: Page) -> None:
    await page.connect("jsonp-polling", timeout=10_000)
    await page.until("client.open")
    end = await page.until("response.end", why=None)
    callback = page.seen("request")[1].data["url"].partition("c=")[2]
    assert end.data["bytes"] == len(f'/**/{callback}("o");\r\n')


async def test_page_says_that_a_websocket_never_opened(page: Page) -> None:
    await page.recorder.connect(f"{page.origin}/nothing", {}, raw=True)
    end = await page.until("response.end")
    assert (end.data["why"], end.data["bytes"], page.seen("response")) == ("error", None, [])


async def test_page_leaves_requests_of_others_alone(page: Page) -> None:
    await page.connect("websocket")
    await page.until("client.open")
    before = len(page.seen(*OF_REQUESTS))
    status = await page.tab.evaluate("""() => new Promise(resolve => {
      const xhr = new XMLHttpRequest();
      xhr.onload = () => resolve([xhr.status, xhr.open.length, typeof xhr.onreadystatechange]);
      xhr.open("GET", "/lab/page.html");
      xhr.send();
    })""")
    await page.recorder.drain()
    assert (status, len(page.seen(*OF_REQUESTS))) == ([200, 2, "object"], before)
