"""Is this machine fit to run the lab? Each check does the real thing once, and names the remedy where it fails."""

import platform
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from lab.browser import client, engines, find, page
from lab.browser.engine import Engine
from lab.errors import DEFECT, EnvironmentFailure, LabError
from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.topology import HopSpec, Network
from lab.scenario.model import Client
from lab.server.host import LabServer
from lab.server.options import ServerOptions

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    ok: bool
    detail: str
    """What was found, with versions and figures; or what is wrong."""
    remedy: str = ""


Check = Callable[[], Awaitable[str]]


async def _python() -> str:
    if sys.version_info < OLDEST_PYTHON:
        raise EnvironmentFailure(
            f"Python {platform.python_version()} is too old.", remedy="Use Python 3.11 or a later one."
        )
    return platform.python_version()


async def _mitmproxy() -> str:
    """Start one hop and end it."""
    log, hop = EventLog(), HopSpec("hop1", "forward", "tunnel", [])
    network = Network([hop], scheme="http", origin="same", log=log, authority=Authority())
    try:
        began = log.clock.now_ms()
        await network.start({"server": 9})
        took = log.clock.now_ms() - began
    finally:
        await network.stop()
    return f"{version('mitmproxy')}, a hop starts in {took:.0f} ms"


async def _client() -> str:
    release = Client().version
    return f"{release}, {(await client.fetch(release)).stat().st_size // 1024} KiB in the cache"


async def _ports() -> str:
    """Find a free port on loopback and connect to it."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return f"loopback gives free ports (tried {port})"
    except OSError as error:
        raise EnvironmentFailure(
            f"A port on loopback cannot be listened on: {error}.",
            remedy="Let this user listen on 127.0.0.1, and look for a firewall on the loopback interface.",
        ) from error


async def _engine(name: str, engine: Engine) -> str:
    began = EventLog()
    await engine.start()
    return f"{engine.version}, {(await find.find(name)).origin}, started in {began.clock.now_ms():.0f} ms"


async def _page(engine: Engine, *, proxied: bool) -> str:
    """Load the lab's page, straight or through a forward proxy, and see it arrive where it should."""
    log, authority = EventLog(), Authority()
    hops = [HopSpec("hop1", "forward", "tunnel", [])] if proxied else []
    async with AsyncExitStack() as stack:
        server = LabServer(ServerOptions(), emit=log.bind("server"), files=await page.files(Client().version))
        stack.push_async_callback(server.stop)
        await server.start()
        network = Network(hops, scheme="http", origin="same", log=log, authority=authority)
        stack.push_async_callback(network.stop)
        await network.start({"server": server.port})
        tab = await engine.open(proxy=network.browser_proxy)
        stack.push_async_callback(tab.close)
        await tab.goto(f"{network.page_origin}/lab/page.html")
        if await tab.evaluate("typeof SockJS") != "function":
            raise EnvironmentFailure("The page loaded, but sockjs-client did not run in it.")
        passed = sum(event.vantage == "hop1.client" and event.kind == "request" for event in log)
    if proxied and not passed:
        raise EnvironmentFailure(
            "The page loaded, but not through the proxy: what the lab would measure here is not the network.",
            remedy="Look for a policy or a setting of the system that makes this browser bypass its proxy.",
        )
    return f"{passed} requests went through it" if proxied else "loads the lab's page and runs sockjs-client"


async def examine(names: Sequence[str]) -> AsyncIterator[Finding]:
    """Each finding as soon as it is known: Python, mitmproxy, client, ports, then the engines called ``names``."""
    yield await _finding("Python", _python)
    yield await _finding("mitmproxy", _mitmproxy)
    yield await _finding("sockjs-client", _client)
    yield await _finding("ports", _ports)
    authority = Authority()
    for name in names:
        engine = engines.create(name, trusted_spki=authority.spki)
        try:
            started = await _finding(name, partial(_engine, name, engine))
            yield started
            if started.ok:
                yield await _finding(f"{name}: page", partial(_page, engine, proxied=False))
                yield await _finding(f"{name}: proxy", partial(_page, engine, proxied=True))
        finally:
            await engine.stop()


async def _finding(name: str, check: Check) -> Finding:
    try:
        return Finding(name, True, await check())
    except LabError as error:
        return Finding(name, False, str(error), error.remedy)
    except Exception as error:  # a doctor that dies of what it finds helps nobody
        return Finding(name, False, f"{type(error).__name__}: {error}", DEFECT)
