"""Lets the server see each connection come from another address than the one before.

On the wire: nothing changes but the source address of the connections towards the server: 127.0.1.1, 127.0.2.1 and
so on in turn, which differ within their first three numbers, since some balancers look at no more. It needs a system
that takes all of 127.0.0.0/8 for its own, as Linux does.

Who does it: networks with several ways out, or with more users than ports: carrier-grade NAT with a pool of
addresses, cloud gateways of offices, VPNs, mobile networks. Balancers that go by the address take such a user for
several, such as nginx with ip_hash
(https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash).

What survives: with ``sticky: source`` websockets alone, as each is one connection; the requests of every other
transport are spread over the nodes, and those that miss the session's get 404. Stickiness by a cookie or by the
``server`` part of the URL is not affected.
"""

from pydantic import Field

from lab.network.link.act import Scope
from lab.network.link.behaviour import LinkBehaviour


class RotatingEgress(LinkBehaviour):
    """Has connections come from several addresses in turn."""

    class Parameters(LinkBehaviour.Parameters):
        """How many."""

        addresses: int = Field(2, ge=2, le=200, description="From how many addresses connections come, in turn.")

    parameters: Parameters

    def source(self, scope: Scope) -> str:
        """The next address."""
        address = f"127.0.{(scope.conn - 1) % self.parameters.addresses + 1}.1"
        scope.once(f"had the connection come from {address}")
        return address
