"""One certificate authority for all tests of this folder, and the behaviours as a scenario would make them."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from mitmproxy.addonmanager import AddonManager
from mitmproxy.hooks import Hook, all_hooks
from mitmproxy.http import HTTPFlow

from lab import shipped
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Head, Wire
from lab.tasks import end, spawn

OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\no\n"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue()


@dataclass
class Passed:
    """One request and its answer, at both ends."""

    asked: Head | None
    """What the server was asked; None where it was not."""
    sent: bytes
    """The request's body as the server got it."""
    head: Head
    """The head of the answer as the browser got it."""
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head.start.split()[1])


async def _serve(bench: Bench, response: str | bytes) -> tuple[Head, bytes]:
    wire = await bench.accept()
    head = await wire.head()
    sent = await wire.read(int(head.headers.get("content-length", "0")))
    await wire.send(response)
    return head, sent


async def _body(browser: Wire, head: Head) -> bytes:
    if head.start.split()[1] in {"204", "304"}:
        return b""
    if "chunked" in head.headers.get("transfer-encoding", ""):
        pieces = []
        while piece := await browser.read_chunk():
            pieces.append(piece)
        await browser.read(0)
        return b"".join(pieces)
    if "content-length" in head.headers:
        return await browser.read(int(head.headers["content-length"]))
    return await browser.rest()


Pass = Callable[..., Awaitable[Passed]]


@pytest.fixture
def passes() -> Pass:
    """Sends one request through a bench on a connection of its own, and has the server answer it, if it is asked."""

    async def run(
        bench: Bench, request: str, response: str | bytes = OK, *, headers: str = "", body: str = ""
    ) -> Passed:
        before = len(bench.events("hop1.server", "request"))
        serving = spawn(_serve(bench, response), name="server")
        try:
            browser = await bench.connect()
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            await browser.send(f"{request} HTTP/1.1\r\nHost: app.localhost\r\n{length}{headers}\r\n{body}")
            head = await browser.head()
            came = await _body(browser, head)
            reached = len(bench.events("hop1.server", "request")) > before
            asked, sent = await serving if reached else (None, b"")
        finally:
            await end(serving)
        return Passed(asked, sent, head, came)

    return run


Bare = Callable[..., Awaitable[Any]]


@pytest.fixture
def bare(caplog: pytest.LogCaptureFixture) -> Bare:
    """Runs a behaviour's file as ``mitmdump -s FILE --set NAME_OPTION=VALUE`` would, on one flow, up to a hook.

    mitmproxy's own script loader and option manager do it, in this process: a mitmdump for each behaviour would take
    a second each. tests/proxies/test_mitmdump.py starts a real one with all files.
    """
    # Only after lab.network, which imports mitmproxy's master without the warnings of a library that it uses.
    from mitmproxy.test import taddons

    async def run(name: str, hook: str, flow: HTTPFlow, *options: str) -> None:
        with taddons.context() as context, caplog.at_level(logging.ERROR):
            context.options.set(*(f"{name}_{option}" for option in options), defer=True)
            script = context.script(str(shipped.PROXIES / f"{name}.py"))
            assert not caplog.records, caplog.text
            assert not context.options.deferred, "no such option"
            manager: AddonManager = context.master.addons
            for name in dict.fromkeys(("http_connect" if hook == "http_connect" else "requestheaders", hook)):
                made: Hook = all_hooks[name](flow)
                await manager.invoke_addon(script, made)

    return run
