"""One hop on its own, for any browser or client: what `lab proxy` runs."""

import errno
import os
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lab import cache
from lab.errors import EnvironmentFailure, UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.clock import HopClock
from lab.network.host import Proxy
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.network.live import LiveLines
from lab.network.master import TlsSettings
from lab.network.parent import OpenParentRoute
from lab.network.route import Address, Route
from lab.network.tunnels import LiveRecorder
from lab.runner.setup import made
from lab.scenario.model import Hop

_MODES = {"forward": "regular", "socks": "socks5"}
_DEFAULT_PORT = {"http": 80, "https": 443}
_PARENTS = {"http": "forward", "socks5": "socks", "socks5h": "socks"}
"""What the schemes of a further proxy's URL mean."""


class Alone:
    """A hop that tells what passes through it."""

    def __init__(self, hop: Proxy | Link, port: int, tell_open: Callable[[], None]) -> None:
        """``port``: where it is to listen; ``tell_open`` tells of what is open once it has stopped."""
        self._hop = hop
        self._wanted = port
        self._tell_open = tell_open

    @property
    def port(self) -> int:
        """Where it listens at 127.0.0.1, once started."""
        return self._hop.port

    async def start(self) -> None:
        """Listen.

        Raises:
            EnvironmentFailure: The port cannot be had.
        """
        if self._wanted:
            _check_free(self._wanted)
        await self._hop.start()

    async def stop(self) -> None:
        """Stop listening, abort every connection, and tell what was not over."""
        await self._hop.stop()
        self._tell_open()


def _check_free(port: int) -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = f"port {port} is taken" if taken else f"port {port}: {os.strerror(error.errno or 0)}"
            raise EnvironmentFailure(what, remedy="`--listen 127.0.0.1:0` picks a free one.") from None


def address_of(text: str) -> Address:
    """Host and port of ``127.0.0.1:8080``, or of ``8080`` alone.

    Raises:
        UsageError: There is no port, or the host is not this machine: a hop is open to whoever reaches it.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"not a host and port: {text}", remedy="Write it as 127.0.0.1:8080.")
    if host not in ("", "127.0.0.1", "localhost"):
        raise UsageError(f"a hop listens on 127.0.0.1 alone, not on {host}", remedy="Write it as 127.0.0.1:8080.")
    return "127.0.0.1", int(port)


def hop_alone(
    hop: Hop,
    catalogue: Catalogue,
    *,
    to: str | None,
    port: int,
    show: Callable[[str], None],
    authority: Authority,
    upstream: str | None = None,
) -> Alone:
    """The hop, which does not run yet.

    Args:
        hop: As a scenario has it.
        catalogue: The behaviours that there are.
        to: The URL that it leads to, where it is no forward or SOCKS proxy.
        port: The port to listen on; a free one where 0.
        show: Is given a line for all that passes.
        authority: What its certificates are made with.
        upstream: The URL of a further proxy that a forward or SOCKS proxy goes through.

    Raises:
        UsageError: It cannot run on its own, or it is not said where it leads.
    """
    lines = LiveLines(show)
    behaviours = made(hop.uses, catalogue, place="hop1")
    clock = HopClock()
    clock.begin()
    if hop.kind == "balancer" or (hop.kind == "proxy" and hop.proxy == "transparent"):
        raise UsageError(
            f"a {hop.kind if hop.kind == 'balancer' else 'transparent proxy'} does not run on its own",
            remedy="Put it into a scenario; or give --mode forward, reverse or socks.",
        )
    target = _target(to, hop)
    if upstream is not None and not hop.is_explicit:
        what = "link" if hop.kind == "link" else "reverse proxy"
        raise UsageError(f"a {what} goes through no further proxy", remedy="Leave --upstream out: --to leads it.")
    if hop.kind == "link":
        host, at = str(target.hostname), int(target.port or 0)
        recorder = LinkRecorder(lines.hop(), lines.client(connections=True), lines.server(f"{host}:{at}"))
        link = Link((host, at), recorder=recorder, behaviours=behaviours, clock=clock, listen=port)
        return Alone(link, port, lines.close)
    mode, route = _way(hop, target, upstream)
    watching = LiveRecorder(lines, route.asked) if isinstance(route, OpenParentRoute) else LiveRecorder(lines)
    proxy = Proxy(
        mode,
        recorder=watching,
        tls=TlsSettings(
            authority,
            distrusted=Authority(cache.folder("distrusted")) if hop.tls == "untrusted" else None,
            http2=hop.http2,
            extended_connect=hop.extended_connect,
            strip_alpn=hop.alpn == "stripped",
            min_version=hop.min_tls,
            max_version=hop.max_tls,
        ),
        route=route,
        behaviours=behaviours,
        clock=clock,
        listen=port,
        # Who asks for a tunnel to nowhere is to be told so. Where TLS is read, behaviours may answer by themselves.
        connects_first=hop.is_explicit and hop.tls == "tunnel",
    )

    def tell_open() -> None:
        watching.tell_open()
        lines.close()

    return Alone(proxy, port, tell_open)


def _way(hop: Hop, target: SplitResult, upstream: str | None) -> tuple[str, Route]:
    """The mode of mitmproxy that makes the hop, and where it sends what it is given."""
    if not hop.is_explicit:
        return f"reverse:{target.geturl()}", Route()
    tunnel = hop.tls == "tunnel"
    if upstream is None:
        return _MODES[hop.proxy], Route(tunnel=tunnel)
    kind, address = parent_of(upstream)
    if hop.proxy == "forward" and kind == "forward":
        # The one pair that mitmproxy knows by itself: requests that are not encrypted go on in absolute form.
        return f"upstream:http://{address[0]}:{address[1]}", Route(tunnel=tunnel)
    parent: Any = kind
    return _MODES[hop.proxy], OpenParentRoute(tunnel=tunnel, target=address, parent=parent)


def parent_of(url: str) -> tuple[str, Address]:
    """What a further proxy speaks (``forward`` or ``socks``), and where it is.

    Raises:
        UsageError: It is not the URL of one.
    """
    try:
        parts = urlsplit(url)
        kind, host, port = _PARENTS.get(parts.scheme), parts.hostname, parts.port
    except ValueError:
        kind = host = port = None
    if not (kind and host and port) or parts.path not in ("", "/") or parts.query or parts.username:
        raise UsageError(
            f"not the URL of a proxy: {url}", remedy="Write it as http://127.0.0.1:3128 or socks5://127.0.0.1:1080."
        )
    return kind, (host, port)


def _target(to: str | None, hop: Hop) -> SplitResult:
    needs = hop.kind == "link" or hop.proxy == "reverse"
    if needs and to is None and hop.kind == "link":
        raise UsageError("a link has to lead somewhere", remedy="Add --to 127.0.0.1:8081.")
    if needs and to is None:
        raise UsageError(
            "a reverse proxy has to lead somewhere", remedy="Add --to http://127.0.0.1:8081, or --mode forward."
        )
    if not needs and to is not None:
        raise UsageError(
            f"a {hop.proxy} proxy goes where it is asked to",
            remedy="Leave --to out; or lead it through a further proxy with --upstream.",
        )
    return _leading(to) if to is not None else SplitResult("", "", "", "", "")


def _leading(to: str) -> SplitResult:
    """Where a hop is to lead, with its port written out: a URL without a path, a host and port, or a port."""
    text = f"127.0.0.1:{to}" if to.isdecimal() else to
    has_scheme = "://" in text
    try:
        parts = urlsplit(text if has_scheme else f"http://{text}")
        port = parts.port or (_DEFAULT_PORT.get(parts.scheme) if has_scheme else None)
    except ValueError:
        port = None
    if port is None or not parts.hostname or parts.scheme not in _DEFAULT_PORT:
        raise UsageError(
            f"not where a hop can lead: {to}", remedy="Write it as http://127.0.0.1:8081, or as 127.0.0.1:8081."
        )
    if parts.path not in ("", "/") or "?" in to or "#" in to or "@" in to:
        raise UsageError(
            f"a hop leads to a server, and leaves paths as they are: {to}",
            remedy=f"Write {parts.scheme}://{parts.hostname}:{port}, and ask the hop for the path.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return SplitResult(parts.scheme, f"{host}:{port}", "", "", "")
