"""The recorder in the page: what it says of the real client in each engine."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from lab.browser.engine import Engine, PageError, Tab
from lab.server.host import LabServer
from tests.browser.kit import OF_REQUESTS, Page, Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="the client comes from npm"),
]


async def test_page_records_a_whole_conversation(page: Page) -> None:
    await page.connect("websocket")
    await page.until("client.open")
    text = "hello ☃ 💚"
    await page.recorder.send(text)
    await page.until("message.in")
    await page.recorder.close(3001, "bye")
    closed = await page.until("client.close")
    left_out = {"late", "head_room", "clock", *OF_REQUESTS}
    assert [event.kind for event in page.log if event.kind not in left_out] == [
        *("client.new", "info.start", "info.end", "attempt.start", "frame.in", "attempt.open", "client.open"),
        *("message.out", "frame.in", "message.in", "client.close"),
    ]
    [new], [info], [start] = page.seen("client.new"), page.seen("info.end"), page.seen("attempt.start")
    assert new.data["version"] == "1.6.1"
    assert new.data["options"] == {"transports": ["websocket"]}
    assert info.data["ok"] is True
    assert info.data["info"]["websocket"] is True
    # max(timeout, RTO x round trips), and a websocket has two.
    assert start.data["budget_ms"] == 2 * info.data["rto_ms"]
    assert start.data["url"].startswith(f"{page.origin}/echo/")
    [sent], [received] = page.seen("message.out"), page.seen("message.in")
    assert sent.data == received.data
    assert sent.data == {"connection": "main", "text": text, "bytes": 14, "hash": fnv1a(text), "n": 0}
    assert closed.data == {"connection": "main", "code": 3001, "reason": "bye", "was_clean": True}
    assert [event.data["type"] for event in page.seen("frame.in")] == ["o", "a"]


def fnv1a(text: str) -> str:
    """FNV-1a, 32 bits, over UTF-16 code units."""
    value = 0x811C9DC5
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = ((value ^ (low | high << 8)) * 0x01000193) & 0xFFFFFFFF
    return f"{value:08x}"


async def test_page_tells_its_head_room_once_decided(page: Page) -> None:
    await page.connect("websocket")
    await page.until("client.open")
    told = await page.until("head_room")
    assert told.data["late_ms"] >= 0


async def test_page_keeps_connections_apart(page: Page) -> None:
    await page.connect("websocket", connection="one")
    await page.connect("xhr-polling", connection="two")
    await page.until("client.open", connection="one", transport="websocket")
    await page.until("client.open", connection="two", transport="xhr-polling")
    await page.recorder.send("for two", "two")
    await page.until("message.in", connection="two", text="for two")
    assert not [event for event in page.seen("message.in", "message.out") if event.data["connection"] == "one"]


async def test_page_gives_the_options_to_the_client(page: Page) -> None:
    own = {"xhr-polling": {"for": "me"}, "eventsource": {"for": "nobody"}}
    await page.connect("xhr-polling", server="042", sessionId="mine", timeout=5000, transportOptions=own)
    start = await page.until("attempt.start")
    assert start.data["options"] == {"for": "me"}
    assert start.data["url"] == f"{page.origin}/echo/042/mine"
    assert start.data["budget_ms"] == 5000


async def test_page_reports_what_the_client_throws(page: Page) -> None:
    with pytest.raises(PageError, match="The URL's scheme must be either"):
        await page.recorder.connect("ftp://127.0.0.1/echo", {})
    error = await page.until("page.error")
    assert "The URL's scheme must be either" in error.data["text"]


async def test_send_before_open_is_an_error_of_the_page(page: Page) -> None:
    with pytest.raises(PageError, match="no connection named main"):
        await page.recorder.send("too early")


async def test_page_records_an_error_of_the_page(page: Page) -> None:
    await page.tab.evaluate("() => { setTimeout(() => { throw new Error('boom') }, 0) }")
    error = await page.until("page.error")
    assert "boom" in error.data["text"]


async def test_page_records_an_info_that_fails(page: Page) -> None:
    await page.recorder.connect(f"{page.origin}/nothing", {})
    info = await page.until("info.end")
    assert (info.data["ok"], info.data["info"], info.data["rto_ms"]) == (False, None, None)
    closed = await page.until("client.close")
    assert closed.data["code"] == 1002
    assert page.seen("attempt.start") == []


async def test_page_records_every_kind_of_attempt_that_works(page: Page) -> None:
    # The htmlfile page of the protocol sets its document.domain, by which it becomes another origin than a page
    # that did not: Firefox and WebKit then keep it from its parent. Chromium has made that a no-op.
    await page.tab.evaluate("() => { document.domain = document.domain }")
    for transport in ("xhr-streaming", "eventsource", "htmlfile", "iframe-eventsource", "jsonp-polling"):
        await page.connect(transport, connection=transport, timeout=10_000)
        await page.until("client.open", connection=transport, transport=transport)
        await page.recorder.send("hello", transport)
        await page.until("message.in", connection=transport)
        await page.recorder.close(connection=transport)
    assert page.seen("attempt.timeout", "attempt.close", "page.error") == []


@pytest_asyncio.fixture(loop_scope="session")
async def hostile(page_files: dict[str, tuple[str, bytes]]) -> AsyncIterator[Site]:
    """A server that refuses the upgrade and never begins a streaming response."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if file := page_files.get(request.path):
            return web.Response(body=file[1], headers={"Content-Type": file[0]})
        if request.path == "/echo/info":
            return web.json_response({"websocket": True, "origins": ["*:*"], "cookie_needed": False, "entropy": 1})
        if request.path.endswith("/websocket"):
            return web.Response(status=403)
        if request.path.endswith("/xhr"):
            return web.Response(text="o\n", content_type="application/javascript")
        await asyncio.Event().wait()
        raise AssertionError("nothing sets the event")

    site = Site(answer)
    await site.start()
    yield site
    await site.stop()


async def test_page_says_whose_timer_ended_an_attempt(tab: Tab, hostile: Site) -> None:
    page = Page(tab, f"http://127.0.0.1:{hostile.port}")
    await page.start()
    await page.connect("websocket", "xhr-streaming", "eventsource", "xhr-polling")
    await page.until("client.open")
    steps: list[Any] = [
        (event.kind, event.data["transport"], event.data.get("timer_of"))
        for event in page.seen("attempt.start", "attempt.close", "attempt.timeout", "attempt.open")
    ]
    await page.recorder.stop()
    # sockjs-client to 1.6.1 does not clear the timer of a transport that failed fast: it ends its successor.
    assert steps == [
        ("attempt.start", "websocket", None),
        ("attempt.close", "websocket", None),
        ("attempt.start", "xhr-streaming", None),
        ("attempt.timeout", "xhr-streaming", "websocket"),
        ("attempt.start", "eventsource", None),
        ("attempt.timeout", "eventsource", "xhr-streaming"),
        ("attempt.start", "xhr-polling", None),
        ("attempt.open", "xhr-polling", None),
    ]
    ages = {event.data["transport"]: event.data["age_ms"] for event in page.seen("attempt.timeout")}
    budgets = {event.data["transport"]: event.data["budget_ms"] for event in page.seen("attempt.start")}
    assert ages["eventsource"] < budgets["eventsource"], "it did not get its time"


async def test_page_shows_the_state_in_a_screenshot(page: Page, tmp_path: Path) -> None:
    await page.connect("websocket")
    await page.until("client.open")
    assert await page.tab.evaluate("() => document.getElementById('state').textContent") == "open on websocket"
    await page.tab.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


async def test_timers_of_a_second_tab_are_not_held_back(engine: Engine, server: LabServer) -> None:
    tabs = [await engine.open() for _ in range(2)]
    count = """() => new Promise(resolve => {
      let ticks = 0;
      (function tick() { ticks += 1; setTimeout(tick, 10); })();
      setTimeout(() => resolve(ticks), 400);
    })"""
    for tab in tabs:
        await tab.goto(f"http://127.0.0.1:{server.port}/lab/page.html")
    # A browser that throttles hidden pages lets a timer fire once a second.
    assert min(await asyncio.gather(*(tab.evaluate(count) for tab in tabs))) > 3
    for tab in tabs:
        await tab.close()
