"""A balancer: which of several server nodes gets a request, and what keeps a client at its node.

What decides is `Choice`, without I/O; `BalancedRoute` puts it into a hop, for each request and each websocket.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal
from urllib.parse import urlsplit

from mitmproxy.http import HTTPFlow, Response

from lab.network.route import Address, Route
from lab.sockjs import paths

Sticky = Literal["cookie", "cookie value", "prefix", "source", "none"]
_NODE = "lab.node"
"""Where the metadata of a flow has the node that it goes to."""


def node_name(number: int) -> str:
    """What the node of this number, counted from 1, is called: ``node1``."""
    return f"node{number}"


@dataclass
class Choice:
    """Chooses nodes. The same seed, and the same requests in the same order, give the same choices."""

    nodes: Sequence[str]
    sticky: Sticky = "cookie"
    pick: Literal["round robin", "random"] = "round robin"
    seed: int = 0
    down: set[str] = field(default_factory=set)
    """The nodes that are known to be away: they get nothing."""

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._turn = 0

    def node(self, *, cookie: str | None, value: str = "", server_part: str, source: str) -> str | None:
        """The node for a request; None where all are away.

        Args:
            cookie: The node that its cookie names.
            value: The value of its cookie, whatever that says; empty where it has none.
            server_part: The `server` part of its URL; empty where it has none.
            source: The address that it came from.
        """
        up = [node for node in self.nodes if node not in self.down]
        if not up:
            return None
        if self.sticky == "cookie" and cookie in up:
            return cookie
        key = {"cookie value": value, "prefix": server_part, "source": source}.get(self.sticky)
        if key:
            return up[zlib.crc32(key.encode()) % len(up)]
        if self.pick == "random":
            return self._random.choice(up)
        # By the place among all, so that a node that comes back takes its turn again.
        while True:
            self._turn += 1
            node = self.nodes[(self._turn - 1) % len(self.nodes)]
            if node in up:
                return node


def server_part(path: str) -> str:
    """The `server` part of a session's URL, whatever the endpoint's prefix; empty where it is no session's."""
    found = paths.parse("/" + "/".join(urlsplit(path).path.split("/")[-3:]))
    return found.server if found is not None else ""


def node_in(header: str, name: str, nodes: Sequence[str]) -> str | None:
    """The node that a Cookie header names, in a cookie called ``name``: ``node1``, or ``anything.node1``."""
    for value in _values(header, name):
        node = value.rpartition(".")[2]
        if node in nodes:
            return str(node)
    return None


def _values(header: str, name: str) -> list[str]:
    return [value.strip() for value in re.findall(rf"(?:^|;)\s*{re.escape(name)}=([^;]*)", header)]


@dataclass(frozen=True)
class BalancedRoute(Route):
    """The route of a balancer: each request goes to the node that is chosen for it."""

    choice: Choice = field(default_factory=lambda: Choice(()))
    addresses: dict[str, Address] = field(default_factory=dict)
    """Where each node listens."""
    cookie: str = "JSESSIONID"
    appends: bool = True
    """Whether the balancer itself writes the node into the cookie."""

    def admit(self, flow: HTTPFlow) -> bool:
        """Choose a node; answer with 503 where all are away."""
        if flow.request.path.startswith("/lab/"):
            return True
        header = "; ".join(flow.request.headers.get_all("Cookie"))
        node = self.choice.node(
            cookie=node_in(header, self.cookie, self.choice.nodes),
            value=next(iter(_values(header, self.cookie)), ""),
            server_part=server_part(flow.request.path),
            source=flow.client_conn.peername[0],
        )
        if node is None:
            flow.response = Response.make(503, b"No server is up.\n", {"Content-Type": "text/plain"})
            return False
        flow.metadata[_NODE] = node
        return True

    def direct(self, flow: HTTPFlow) -> None:
        """Send the request to its node; the lab's own page to any that is up, whoever's turn it is."""
        up = [node for node in self.choice.nodes if node not in self.choice.down] or list(self.choice.nodes)
        node = flow.metadata.get(_NODE) or up[0]
        flow.request.data.host, flow.request.data.port = self.addresses[node]

    def answered(self, flow: HTTPFlow) -> None:
        """Write the node into the cookie, where the client has not got it there yet."""
        node = flow.metadata.get(_NODE)
        if node is None or flow.response is None or self.choice.sticky != "cookie" or not self.appends:
            return
        header = "; ".join(flow.request.headers.get_all("Cookie"))
        had = node_in(header, self.cookie, self.choice.nodes) == node
        cookies = flow.response.headers.get_all("Set-Cookie")
        own = [cookie for cookie in cookies if cookie.partition("=")[0].strip() == self.cookie]
        if own:
            # The server's own cookie of that name, with the node behind its value.
            others = [cookie for cookie in cookies if cookie not in own]
            flow.response.headers.set_all("Set-Cookie", [*others, *(_appended(cookie, node) for cookie in own)])
        elif not had:
            secure = "; SameSite=None; Secure" if flow.client_conn.tls else ""
            flow.response.headers.add("Set-Cookie", f"{self.cookie}={node}; Path=/{secure}")


def _appended(cookie: str, node: str) -> str:
    """A Set-Cookie value with the node behind the cookie's: ``JSESSIONID=dummy.node1; Path=/``."""
    pair, semicolon, rest = cookie.partition(";")
    name, _, value = pair.partition("=")
    plain = value.strip()
    plain = plain.rpartition(".")[0] if re.fullmatch(r".*\.node\d+", plain) else plain
    plain = "" if re.fullmatch(r"node\d+", plain) else plain
    return f"{name}={f'{plain}.' if plain else ''}{node}{semicolon}{rest}"
