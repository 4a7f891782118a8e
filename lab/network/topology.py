"""The network of a case: its hops in a row, and the names that the browser knows the server by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.host import Proxy
from lab.network.recorder import Recorder
from lab.network.route import ForwardRoute, Route

_LOOPBACK = "127.0.0.1"
_DEFAULT_PORT = {"http": 80, "https": 443}
_NAMES = {
    # Behind a forward proxy names need no DNS, and these two are same-site.
    "forward": ("www.example.test", "sock.example.test"),
    # Every engine resolves *.localhost to this machine by itself.
    "direct": ("app.localhost", "sock.localhost"),
}

SERVER_NAMES = _NAMES["forward"] + _NAMES["direct"]
"""Every name that a browser may know the server by: what the server's own certificate must be for."""


@dataclass(frozen=True)
class HopSpec:
    """One hop, as a scenario describes it."""

    name: str
    """What reports call it."""
    proxy: Literal["forward", "reverse"] = "reverse"
    tls: Literal["tunnel", "intercept"] = "tunnel"
    """For a forward proxy: whether TLS inside CONNECT is passed on unread, or ended and read."""
    behaviours: list[Behaviour] = field(default_factory=list)
    """What it does, in this order. A behaviour belongs to one hop of one network."""


def server_uses_tls(hops: Sequence[HopSpec], scheme: str) -> bool:
    """Whether the server itself has to speak TLS: a reverse proxy ends TLS for good."""
    return scheme == "https" and not any(hop.proxy == "reverse" for hop in hops)


class Network:
    """The hops of one case, from the browser to the server; forward proxies come before reverse proxies.

    A page on https is encrypted up to the first reverse hop, or up to the server where there is none. A forward
    hop passes that on unread (``tls: tunnel``), or ends it with the authority's certificate and encrypts anew
    towards what is next, whose certificate it does not check (``tls: intercept``).
    """

    def __init__(
        self,
        hops: Sequence[HopSpec],
        *,
        scheme: Literal["http", "https"],
        origin: Literal["same", "cross"],
        server_port: int,
        log: EventLog,
        authority: Authority,
    ) -> None:
        """Prepare a network.

        Args:
            hops: From the browser to the server.
            scheme: How the page and the endpoint are served.
            origin: Whether the endpoint has the page's origin or another host's.
            server_port: Where the server listens at 127.0.0.1, with TLS if `server_uses_tls` says so.
            log: Where the events go; hops are called hop1, hop2 ... there.
            authority: What certificates are made with.
        """
        self._hops = list(hops)
        self._scheme = scheme
        self._origin = origin
        self._server_port = server_port
        self._log = log
        self._authority = authority
        self._forward = bool(self._hops) and self._hops[0].proxy == "forward"
        self._names = _NAMES["forward" if self._forward else "direct"]
        self.proxies: list[Proxy] = []
        """The hops that run, from the browser to the server; empty before start and after stop."""

    async def start(self) -> None:
        """Start the hops, the one next to the server first, since each must know the port of the next."""
        next_port, next_proxy = self._server_port, "server"
        try:
            for number, hop in reversed(list(enumerate(self._hops, 1))):
                proxy = self._make(number, hop, next_port, next_proxy)
                await proxy.start()
                self.proxies.insert(0, proxy)
                next_port, next_proxy = proxy.port, hop.proxy
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the hops, the browser's end first, so that none sees the next one vanish."""
        while self.proxies:
            await self.proxies.pop(0).stop()

    def _make(self, number: int, hop: HopSpec, next_port: int, next_proxy: str) -> Proxy:
        target = f"http://{_LOOPBACK}:{next_port}"
        route = Route()
        if hop.proxy == "reverse":
            mode = f"reverse:{target}"
        else:
            last = next_proxy != "forward"
            mode = "regular" if last else f"upstream:{target}"
            route = ForwardRoute(
                tunnel=hop.tls == "tunnel",
                hosts=frozenset(self._names),
                target=(_LOOPBACK, next_port) if last else None,
            )
        bind = self._log.bind
        recorder = Recorder(
            bind(f"hop{number}"), bind(f"hop{number}.client"), bind(f"hop{number}.server"), ours=route.ours
        )
        return Proxy(mode, recorder=recorder, authority=self._authority, route=route, behaviours=hop.behaviours)

    @property
    def _port(self) -> int:
        """The port in the URLs that the browser is given."""
        if self._forward:
            return _DEFAULT_PORT[self._scheme]
        return self.proxies[0].port if self._hops else self._server_port

    def _origin_of(self, name: str) -> str:
        port = "" if self._port == _DEFAULT_PORT[self._scheme] else f":{self._port}"
        return f"{self._scheme}://{name}{port}"

    @property
    def page_origin(self) -> str:
        """The page's origin, such as ``http://app.localhost:41234`` or ``http://www.example.test``."""
        return self._origin_of(self._names[0])

    @property
    def endpoint_origin(self) -> str:
        """The endpoint's origin: the page's, or the other host's where the origin is ``cross``."""
        return self._origin_of(self._names[self._origin == "cross"])

    @property
    def browser_proxy(self) -> str | None:
        """The URL of the proxy to be set in the browser; None where the first hop is no forward proxy."""
        return f"http://{_LOOPBACK}:{self.proxies[0].port}" if self._forward else None
