"""Which clients the recorder works on: releases, a URL, modules and bundles."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from aiohttp import web

from lab.browser import client, page
from lab.browser.engine import Engine, PageError
from lab.browser.recorder import Recorder
from lab.events import Event, EventLog
from lab.server.host import LabServer
from tests.browser.kit import OF_REQUESTS, Page, Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="the client comes from npm"),
]

VERSIONS = ("0.3.4", "1.0.3", "1.1.5", "1.3.0", "1.4.0", "1.5.2", "1.6.1")


class Show:
    """A page with some client, recorded."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.log = EventLog()

    async def open(
        self, files: Mapping[str, page.File], path: str = "/lab/page.html", scripts: tuple[str, ...] = ()
    ) -> None:
        self.server = LabServer(files=files)
        await self.server.start()
        self.origin = f"http://127.0.0.1:{self.server.port}"
        self.tab = await self.engine.open(scripts=scripts)
        await self.tab.goto(self.origin + path)
        self.recorder = Recorder(self.tab, self.log)
        await self.recorder.start()

    async def close(self) -> None:
        await self.recorder.stop()
        await self.tab.close()
        await self.server.stop()

    async def until(self, kind: str, **data: object) -> Event:
        event = await self.log.wait_for(
            lambda event: event.kind == kind and data.items() <= dict(event.data).items(), timeout_s=20
        )
        assert event is not None, f"no {kind} among {[event.as_json() for event in self.log]}"
        return event

    async def converse(self, *transports: str, connection: str = "main") -> str:
        """Open, echo a message, and return the transport."""
        await self.recorder.connect(f"{self.origin}/echo", {"transports": transports, "timeout": 5000}, connection)
        opened = await self.until("client.open", connection=connection)
        await self.recorder.send("hello", connection)
        await self.until("message.in", connection=connection, text="hello")
        return str(opened.data["transport"])

    def seen(self) -> list[str]:
        left_out = {"late", "head_room", *OF_REQUESTS}
        return [e.kind for e in self.log if e.vantage == "browser" and e.kind not in left_out]


@pytest_asyncio.fixture(loop_scope="session")
async def show(engine: Engine) -> AsyncIterator[Show]:
    made = Show(engine)
    yield made
    await made.close()


WHOLE = ["client.new", "info.start", "info.end", "attempt.start", "frame.in", "attempt.open", "client.open"]
TALK = ["message.out", "frame.in", "message.in"]


TELLING = ("0.3.4", "1.0.3", "1.6.1")
"""Those that differ most; scenarios/client/versions-direct.yaml has every release in every engine."""


@pytest.fixture
def version(request: pytest.FixtureRequest, engine: Engine) -> str:
    """A release; in Chromium all of them."""
    if engine.name != "chromium" and request.param not in TELLING and not os.environ.get("LAB_ALL_CASES"):
        pytest.skip("scenarios/client/versions-direct.yaml has it; LAB_ALL_CASES=1 runs it here, too")
    return str(request.param)


@pytest.mark.parametrize("version", VERSIONS, indirect=True)
async def test_recorder_works_on_every_release(version: str, show: Show) -> None:
    await show.open(await page.files(version))
    assert await show.converse("websocket") == "websocket"
    assert show.seen() == WHOLE + TALK
    assert (await show.until("client.new")).data["version"] == version
    assert await show.converse("xhr-polling", connection="second") == "xhr-polling"
    poll = await show.until("request", connection="second", method="POST", initiator="xmlhttprequest")
    await show.until("response", connection="second", request=poll.data["request"], status=200)


class Obstructed:
    """An endpoint that refuses the websocket and never answers xhr-streaming; a poll opens a session, no more."""

    def __init__(self, files: Mapping[str, page.File]) -> None:
        self.files = files
        self.polls = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path in self.files:
            kind, body = self.files[request.path]
            return web.Response(body=body, headers={"Content-Type": kind})
        match request.path.rpartition("/")[2]:
            case "info":
                return web.json_response({"websocket": True, "origins": ["*:*"], "cookie_needed": False})
            case "xhr" if not self.polls:
                self.polls += 1
                return web.Response(body=b"o\n")
            case "xhr" | "xhr_streaming":
                await asyncio.sleep(60)
        return web.Response(status=403)


async def test_recorder_tells_the_attempts_and_timers_of_0_3(engine: Engine) -> None:
    site = Site(Obstructed(await page.files("0.3.4")).answer)
    await site.start()
    tab = await engine.open()
    try:
        shown = Page(tab, f"http://127.0.0.1:{site.port}")
        await shown.start()
        await shown.connect()
        await shown.until("client.open", transport="xhr-polling")
        await shown.recorder.close(3000, "bye")
        await shown.until("client.close", code=3000, reason="bye", was_clean=True)
        await shown.recorder.stop()
    finally:
        await tab.close()
        await site.stop()
    kinds = ("attempt.start", "attempt.close", "attempt.timeout", "attempt.open")
    attempts = [(event.kind, event.data["transport"]) for event in shown.seen(*kinds)]
    assert attempts == [
        ("attempt.start", "websocket"),
        ("attempt.close", "websocket"),
        ("attempt.start", "xhr-streaming"),
        ("attempt.timeout", "xhr-streaming"),
        ("attempt.start", "xhr-polling"),
        ("attempt.open", "xhr-polling"),
    ]
    (info,) = shown.seen("info.end")
    assert "null_origin" not in info.data["info"], "the answer as it came, not as the client keeps it"
    rtt = info.data["rtt_ms"]
    assert info.data["rto_ms"] == (3 * rtt if rtt > 100 else rtt + 200)
    budgets = {event.data["budget_ms"] for event in shown.seen("attempt.start")}
    assert budgets == {2 * info.data["rto_ms"]}, "two round trips each"
    (timed_out,) = shown.seen("attempt.timeout")
    assert timed_out.data["timer_of"] == "xhr-streaming", "the timer of the websocket was cleared"
    assert timed_out.data["age_ms"] >= 2 * info.data["rto_ms"] - 5


async def test_recorder_works_on_a_file_and_follows_0_3_into_its_iframe(show: Show) -> None:
    await show.open(await page.files(path=await client.fetch("0.3.4")))
    assert await show.converse("iframe-xhr-polling") == "iframe-xhr-polling"


async def test_recorder_tells_an_info_that_fails_of_0_3(show: Show) -> None:
    await show.open(await page.files("0.3.4"))
    await show.recorder.connect("http://127.0.0.1:1/echo", {})
    await show.until("client.close", code=1002)
    assert (await show.until("info.end")).data["ok"] is False


async def test_page_loads_its_client_from_a_url(show: Show) -> None:
    files = await page.files(url="/own/client.js?v=1&w=2")
    files["/own/client.js"] = (files["/lab/sockjs.js"][0], await client.load("1.5.2"))
    await show.open(files)
    assert await show.converse("websocket") == "websocket"
    assert (await show.until("client.new")).data["version"] == "1.5.2"
    assert await show.converse("iframe-xhr-polling", connection="framed") == "iframe-xhr-polling"


async def test_recorder_says_that_no_client_loaded(show: Show) -> None:
    await show.open(await page.files(url="/nothing.js"))
    with pytest.raises(PageError, match="sockjs-client did not load"):
        await show.recorder.connect(f"{show.origin}/echo", {})


HTML = "text/html; charset=utf-8"
LOADER = """
  var modules = {};
  function later() {}
  window.define = function (needs, factory) { later(); modules.sockjs = factory(); };
  window.define.amd = {};
"""
HOMES = {
    # Each hides the library in its own way, and connects by itself as soon as it can.
    "global": "<script src=/client.js></script><script>new SockJS(location.origin + '/echo')</script>",
    "amd": f"<script>{LOADER}</script><script src=/client.js></script>"
    "<script>new modules.sockjs(location.origin + '/echo')</script>",
    "bundle": """<script>
      var text = new XMLHttpRequest();
      text.open("GET", "/client.js", false);
      text.send();
      (function () {
        var module = { exports: {} };
        new Function("module", "exports", "window", text.responseText)(module, module.exports, window);
        new module.exports(location.origin + "/echo", null, { transports: ["websocket"] });
      })();
    </script>""",
    "late": """<script>
      window.setTimeout(function () {
        var script = document.createElement("script");
        script.src = "/client.js";
        script.onload = function () { new SockJS("/echo"); };
        document.head.appendChild(script);
      }, 300);
    </script>""",
    "es-module": "<script type=module>import './client.js'; new SockJS(location.origin + '/echo')</script>",
}


@pytest.mark.parametrize("home", HOMES)
async def test_recorder_finds_the_client_of_a_page_of_its_own(show: Show, home: str) -> None:
    body = f"<!doctype html><title>own</title><body>{HOMES[home]}".encode()
    script = (await page.files())["/lab/sockjs.js"]
    await show.open({"/": (HTML, body), "/client.js": script}, "/", scripts=(page.recorder_script(),))
    await show.until("client.open", connection="main", transport="websocket")
    assert show.seen() == WHOLE
    new = await show.until("client.new")
    assert new.data["url"] == ("/echo" if home == "late" else f"{show.origin}/echo")
    assert new.data["version"] == "1.6.1"
    await show.recorder.send("from the lab")
    await show.until("message.in", text="from the lab")
