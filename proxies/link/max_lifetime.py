"""Ends a connection when it has lived for so long, busy or not.

On the wire: so long after the connection came it is closed with FIN or RST, on both sides or on one. What has not
passed by then is dropped. A connection that is older already when the behaviour is put in ends at once.

Who does it: Google's HTTPS load balancer after 30 s by default, which for a websocket is no idle timeout but the
age of the connection (https://pkg.go.dev/github.com/agau4779/ingress-gce/examples/websocket,
https://gitlab.com/gitlab-org/gitlab/-/issues/284074), Azure Front Door after 4 h
(https://docs.azure.cn/zh-cn/frontdoor/standard-premium/websocket).

What survives: polling, whose requests are short and find a new connection. A websocket or a stream ends with 1006,
again and again; no heartbeat helps.
"""

from pydantic import Field

from lab.network.link.act import Act, Ending, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.ends import EndParameters, ending, seconds
from lab.units import Milliseconds


class MaxLifetime(LinkBehaviour):
    """Ends a connection when its time is up."""

    class Parameters(EndParameters):
        """The time, and the end."""

        lifetime: Milliseconds = Field(30_000.0, gt=0, description="How long a connection lives.")

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Set this connection's end."""
        return _Mortal(self.parameters, scope)


class _Mortal(Act):
    def __init__(self, parameters: MaxLifetime.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self.due_ms = scope.opened_ms + parameters.lifetime

    def woken(self, at_ms: float) -> Ending:
        parameters = self._parameters
        return ending(parameters.end, parameters.side, f"after {seconds(parameters.lifetime)} of life")
