"""The network of a case: its hops in a row, and the names that the browser knows the server by."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from lab.events import EventLog
from lab.network.authority import Authority
from lab.network.balancer import BalancedRoute, Choice
from lab.network.clock import HopClock
from lab.network.host import Proxy
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.network.master import TlsSettings
from lab.network.parent import ParentRoute
from lab.network.recorder import Recorder
from lab.network.redirect import Redirected
from lab.network.route import Address, ForwardRoute, Route, SocksRoute, TransparentRoute

_LOOPBACK = "127.0.0.1"
_DEFAULT_PORT = {"http": 80, "https": 443}
DOMAIN = "example.test"
"""The domain of page and endpoint behind a proxy that is told names, unless a scenario says another."""
# Every engine resolves *.localhost to this machine by itself.
_DIRECT = ("app.localhost", "sock.localhost")


def _told(domain: str) -> tuple[str, str]:
    """The names of page and endpoint behind a proxy that is told them: they need no DNS."""
    return f"www.{domain}", f"sock.{domain}"


def server_names(domain: str = DOMAIN) -> tuple[str, ...]:
    """Every name that a browser may know the server by: what the server's own certificate must be for."""
    return _told(domain) + _DIRECT


Scheme = Literal["http", "https"]
Kind = Literal["forward", "socks", "reverse", "transparent", "link", "balancer"]

_Told = Literal["forward", "socks"]
_MODES = {"forward": "regular", "socks": "socks5"}
"""What mitmproxy calls the kinds of `_TOLD`."""
_TOLD = frozenset(_MODES)
"""The kinds that a browser, or the proxy before them, has to be told of."""
_ENDS_TLS = frozenset({"reverse", "balancer"})
"""The kinds that send on unencrypted what came encrypted."""


@dataclass(frozen=True)
class HopSpec:
    """One hop, as a scenario describes it."""

    name: str
    """What reports call it."""
    proxy: Kind = "reverse"
    """What kind of hop it is."""
    tls: Literal["tunnel", "intercept", "untrusted"] = "tunnel"
    """Whether TLS is passed on unread, or ended and read; untrusted: with a certificate that no browser trusts."""
    behaviours: list[Any] = field(default_factory=list)
    """What it does, in this order: `Behaviour`, or `LinkBehaviour` for a link. Each belongs to one hop alone."""
    http2: bool = False
    extended_connect: bool = False
    strip_alpn: bool = False
    min_tls: str | None = None
    max_tls: str | None = None
    choice: Choice | None = None
    """For a balancer: how it chooses among its nodes, which are called as there."""
    cookie: str = "JSESSIONID"
    appends: bool = True
    """For a balancer: whether it writes the node into the cookie itself."""


class Hop(Protocol):
    """One hop that runs."""

    port: int
    behaviours: Any

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""

    async def stop(self) -> None:
        """Stop listening, and abort every connection."""

    async def cut(self) -> None:
        """Abort every connection, and go on."""


def server_uses_tls(hops: Sequence[HopSpec], scheme: str) -> bool:
    """Whether the server itself has to speak TLS: a reverse proxy ends TLS for good."""
    return scheme == "https" and not any(hop.proxy in _ENDS_TLS for hop in hops)


class Network:
    """The hops of one case, from the browser to the server.

    Those that the browser is told of come before the others; links may stand anywhere before a balancer, which comes
    last. What is encrypted stays so up to the first hop that ends it, or up to the server where there is none. A
    forward, SOCKS or transparent hop passes it on unread (``tls: tunnel``), or ends it with the authority's
    certificate and encrypts anew towards what is next, whose certificate it does not check (``tls: intercept``).
    """

    def __init__(
        self,
        hops: Sequence[HopSpec],
        *,
        scheme: Scheme,
        origin: Literal["same", "cross"],
        log: EventLog,
        authority: Authority,
        endpoint_scheme: Scheme | None = None,
        distrusted: Callable[[], Authority] | None = None,
        domain: str = DOMAIN,
    ) -> None:
        """Prepare a network.

        Args:
            hops: From the browser to the server.
            scheme: How the page is served.
            origin: Whether the endpoint has the page's host or another.
            log: Where the events go; hops are called hop1, hop2 ... there.
            authority: What certificates are made with.
            endpoint_scheme: How the endpoint is served; as the page where None. The server, or the hop that ends TLS,
                must take both then.
            distrusted: Gives an authority that browsers do not trust; asked only where a hop needs it.
            domain: What the hosts of page and endpoint are below, where a proxy is told their names.
        """
        self.clock = HopClock()
        """What the windows of time of all behaviours are counted by: it begins when the client is created."""
        self.hops: list[Hop] = []
        """The hops that run, from the browser to the server; empty before start and after stop."""
        self._specs = list(hops)
        self._scheme: Scheme = scheme
        self._endpoint_scheme: Scheme = endpoint_scheme or scheme
        self._cross = origin == "cross"
        self._log = log
        self._authority = authority
        self._distrusted = distrusted
        self._nodes: dict[str, Address] = {}
        self._told = any(hop.proxy in _TOLD for hop in self._specs)
        self._names = _told(domain) if self._told else _DIRECT

    async def start(self, ports: Mapping[str, int]) -> None:
        """Start the hops, the one next to the server first, since each must know the port of the next.

        Args:
            ports: Where the server nodes listen at 127.0.0.1, by their names, with TLS if `server_uses_tls` says so.

        Raises:
            EnvironmentFailure: One could not listen, or the machine does not allow what it needs.
        """
        self._nodes = {name: (_LOOPBACK, port) for name, port in ports.items()}
        next_port: int = next(iter(ports.values()))
        next_told: _Told | None = None
        try:
            for number, spec in reversed(list(enumerate(self._specs, 1))):
                hop = self._make(number, spec, next_port, next_told)
                await hop.start()
                self.hops.insert(0, hop)
                next_port = hop.port
                # A link leads to the same as what is behind it.
                if spec.proxy != "link":
                    next_told = spec.proxy if spec.proxy == "forward" or spec.proxy == "socks" else None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the hops, the browser's end first, so that none sees the next one vanish."""
        while self.hops:
            await self.hops.pop(0).stop()

    def index_of(self, name: str) -> int:
        """Which hop is called ``name``, counted from 0; KeyError where none is."""
        for index, spec in enumerate(self._specs):
            if name in (spec.name, f"hop{index + 1}"):
                return index
        raise KeyError(name)

    def node_changed(self, name: str, up: bool) -> None:
        """A server node goes away, or has come back: a balancer sends it nothing meanwhile."""
        for spec in self._specs:
            if spec.choice is not None:
                (spec.choice.down.discard if up else spec.choice.down.add)(name)

    async def change(
        self,
        name: str,
        *,
        add: Sequence[Any] = (),
        remove: Container[str] = (),
        replace: Sequence[Any] = (),
        close: bool = False,
    ) -> None:
        """Change what a hop does, all of it at once; connections live on unless ``close`` says otherwise.

        Args:
            name: What the hop is called.
            add: Behaviours to be put behind those that are there.
            remove: The names of those to be taken out.
            replace: Behaviours to take the place of those with the same names, which must be there.
            close: Whether to abort the connections that go through the hop.
        """
        hop = self.hops[self.index_of(name)]
        now_ms = self.clock.now_ms()
        for behaviour in (*add, *replace):
            behaviour.filter = behaviour.filter.starting(now_ms)
        new = {behaviour.name: behaviour for behaviour in replace}
        kept = [new.get(old.name, old) for old in hop.behaviours if old.name not in remove]
        # Several of one name are replaced by the one.
        hop.behaviours = [*dict.fromkeys(kept), *add]
        if close:
            await hop.cut()

    def _make(self, number: int, spec: HopSpec, next_port: int, next_told: _Told | None) -> Hop:
        target = (_LOOPBACK, next_port)
        bind = self._log.bind
        emits = bind(f"hop{number}"), bind(f"hop{number}.client"), bind(f"hop{number}.server")
        if spec.proxy == "link":
            recorder = LinkRecorder(*emits)
            return Link(target, recorder=recorder, behaviours=spec.behaviours, clock=self.clock)
        mode, route = self._way(spec, target, next_told)
        nodes = {address: name for name, address in self._nodes.items()} if spec.proxy == "balancer" else None
        proxy = Proxy(
            mode,
            recorder=Recorder(*emits, ours=route.ours, nodes=nodes),
            tls=self._tls(spec),
            route=route,
            behaviours=spec.behaviours,
            clock=self.clock,
        )
        return Redirected(proxy) if spec.proxy == "transparent" else proxy

    def _way(self, spec: HopSpec, target: Address, next_told: _Told | None) -> tuple[str, Route]:
        """The mode of mitmproxy that makes the hop, and where it sends what it is given."""
        url = f"http://{target[0]}:{target[1]}"
        tunnel = spec.tls == "tunnel"
        if spec.proxy == "transparent":
            return f"reverse:{url}", TransparentRoute(tunnel=tunnel)
        hosts = frozenset(self._names)
        if spec.proxy == "forward" and next_told == "forward":
            # The one pair that mitmproxy knows by itself: requests that are not encrypted go on in absolute form.
            return f"upstream:{url}", ForwardRoute(tunnel=tunnel, hosts=hosts)
        if spec.proxy in _TOLD and next_told is not None:
            return _MODES[spec.proxy], ParentRoute(tunnel=tunnel, hosts=hosts, target=target, parent=next_told)
        if spec.proxy == "socks":
            return _MODES["socks"], SocksRoute(tunnel=tunnel, hosts=hosts, target=target)
        if spec.proxy == "forward":
            return _MODES["forward"], ForwardRoute(tunnel=tunnel, hosts=hosts, target=target)
        if spec.proxy == "balancer" and spec.choice is not None:
            address = next(iter(self._nodes.values()))
            return f"reverse:http://{address[0]}:{address[1]}", BalancedRoute(
                choice=spec.choice, addresses=self._nodes, cookie=spec.cookie, appends=spec.appends
            )
        return f"reverse:{url}", Route()

    def _tls(self, spec: HopSpec) -> TlsSettings:
        untrusted = spec.tls == "untrusted" and self._distrusted is not None
        # The page itself has to load: where the endpoint has a host of its own, only that one is not to be trusted.
        hosts = {self._names[1]} if self._cross else set(self._names)
        return TlsSettings(
            self._authority,
            distrusted=self._distrusted() if untrusted and self._distrusted else None,
            distrusts=lambda host: host in hosts,
            http2=spec.http2,
            extended_connect=spec.extended_connect,
            strip_alpn=spec.strip_alpn,
            min_version=spec.min_tls,
            max_version=spec.max_tls,
        )

    @property
    def _port(self) -> int | None:
        """The port in the URLs that the browser is given; None for the scheme's own."""
        if self._told:
            return None
        return self.hops[0].port if self.hops else next(iter(self._nodes.values()))[1]

    def _origin_of(self, name: str, scheme: Scheme) -> str:
        port = "" if self._port in (None, _DEFAULT_PORT[scheme]) else f":{self._port}"
        return f"{scheme}://{name}{port}"

    @property
    def page_origin(self) -> str:
        """The page's origin, such as ``http://app.localhost:41234`` or ``http://www.example.test``."""
        return self._origin_of(self._names[0], self._scheme)

    @property
    def endpoint_origin(self) -> str:
        """The endpoint's origin: the page's, or one with another host, another scheme, or both."""
        return self._origin_of(self._names[self._cross], self._endpoint_scheme)

    @property
    def browser_proxy(self) -> str | None:
        """The URL of the proxy to be set in the browser; None where there is no hop that it is told of."""
        if not self._told:
            return None
        kind = next(spec.proxy for spec in self._specs if spec.proxy in _TOLD)
        # A link may stand before it: the browser is told of where that begins.
        return f"{'socks5' if kind == 'socks' else 'http'}://{_LOOPBACK}:{self.hops[0].port}"
