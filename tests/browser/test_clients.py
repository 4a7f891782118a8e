"""Which clients the recorder works on: releases, a file, a URL, other method names, modules and bundles."""

import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from lab.browser import client, page
from lab.browser.engine import Engine, PageError
from lab.browser.recorder import Recorder
from lab.events import Event, EventLog
from lab.server.host import LabServer
from tests.browser.kit import OF_REQUESTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="the client comes from npm"),
]

VERSIONS = ("1.0.3", "1.1.5", "1.3.0", "1.4.0", "1.5.2", "1.6.1")
LIKE_0_3 = Path(__file__).parent / "clients" / "like_0_3.js"


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


@pytest.mark.parametrize("version", VERSIONS)
async def test_recorder_works_on_every_release(show: Show, version: str) -> None:
    await show.open(await page.files(version))
    assert await show.converse("websocket") == "websocket"
    assert show.seen() == WHOLE + TALK
    assert (await show.until("client.new")).data["version"] == version
    assert await show.converse("xhr-polling", connection="second") == "xhr-polling"
    poll = await show.until("request", connection="second", method="POST", initiator="xmlhttprequest")
    await show.until("response", connection="second", request=poll.data["request"], status=200)


async def test_recorder_works_on_a_file_with_the_method_names_of_0_3(show: Show) -> None:
    await show.open(await page.files(path=LIKE_0_3))
    assert await show.converse("silent", "broken", "websocket") == "websocket"
    await show.recorder.close(3000, "bye")
    await show.until("client.close", code=3000, reason="bye", was_clean=True)
    attempts = [
        (event.kind, event.data["transport"], event.data.get("timer_of"))
        for event in show.log
        if event.kind.startswith("attempt")
    ]
    assert attempts == [
        ("attempt.start", "silent", None),
        ("attempt.timeout", "silent", "silent"),
        ("attempt.start", "broken", None),
        ("attempt.close", "broken", None),
        ("attempt.start", "websocket", None),
        ("attempt.open", "websocket", None),
    ]
    assert (await show.until("info.end")).data["rto_ms"] == 320
    assert (await show.until("client.new")).data["version"] == "0.3.4"


async def test_recorder_tells_an_info_that_fails_of_0_3(show: Show) -> None:
    await show.open(await page.files(path=LIKE_0_3))
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
    assert new.data["url"] == f"{show.origin}/echo"
    assert new.data["version"] == "1.6.1"
    await show.recorder.send("from the lab")
    await show.until("message.in", text="from the lab")
