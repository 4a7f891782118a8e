"""Which behaviours of a hop see which traffic, and in what order."""

import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from mitmproxy.http import HTTPFlow

from lab.network import websockets
from lab.network.behaviour import Behaviour
from lab.network.clock import HopClock
from lab.network.exchange import url_of
from lab.network.filter import Direction

EXEMPT = "lab.exempt"
"""Set in the metadata of a flow that no behaviour sees."""

_SEEN_BY = "lab.seen by"
"""Where the metadata of a flow has what was decided of it when it began: who sees it, by the behaviour."""

_BEGINNING = frozenset({"requestheaders", "http_connect"})
"""The hooks that a flow begins with."""

_STOPPING = frozenset({"requestheaders", "request", "http_connect"})
"""Hooks after which a request goes no further once a behaviour has answered or killed it."""

_DIRECTIONS: dict[str, Direction] = {
    "requestheaders": "up",
    "request": "up",
    "http_connect": "up",
    "responseheaders": "down",
    "response": "down",
}
"""The hooks that concern one direction alone, beside those for websocket messages."""


class Failed(Protocol):
    """Where an exception raised by a behaviour goes."""

    def __call__(self, text: str, *, behaviour: str | None = None) -> None:
        """Tell what was raised."""


class Pipeline:
    """The behaviours of one hop in order, each with its filter.

    Whether a behaviour sees a request is decided when the request begins, for all of it. On the websocket that it may
    become, a behaviour acts while it is its time. One that is put in later sees the requests that begin later, and
    the websockets that are open; one that is taken out sees nothing any more.
    """

    def __init__(self, behaviours: Sequence[Behaviour], failed: Failed, clock: HopClock | None = None) -> None:
        self.behaviours = list(behaviours)
        """May be replaced by another list at any time: the next hook sees that one."""
        self._failed = failed
        self._clock = clock or HopClock()
        self._counts: Counter[Behaviour] = Counter()

    def has(self, hook: str, flow: HTTPFlow) -> bool:
        """Whether a behaviour that sees the flow, which is about to begin, has the hook."""
        self._begin(flow)
        return any(hasattr(behaviour, hook) for behaviour in self._for(hook, flow))

    async def run(self, hook: str, subject: object) -> None:
        """Call the hook of each behaviour that has it; what one raises is reported and ends only its own turn."""
        if hook in _BEGINNING and isinstance(subject, HTTPFlow):
            self._begin(subject)
        for behaviour in tuple(self._for(hook, subject)):
            method = getattr(behaviour, hook, None)
            if method is None:
                continue
            try:
                result = method(subject)
                if inspect.isawaitable(result):
                    await result
            except Exception as error:
                self._failed(f"{hook}: {type(error).__name__}: {error}", behaviour=behaviour.name)
            if hook in _STOPPING and isinstance(subject, HTTPFlow) and (subject.response or subject.error):
                return

    def _begin(self, flow: HTTPFlow) -> None:
        """Decide who sees the flow; once for each flow."""
        if not flow.metadata.get(EXEMPT) and _SEEN_BY not in flow.metadata:
            flow.metadata[_SEEN_BY] = {one: self._decided(one, flow) for one in self.behaviours}

    def _decided(self, behaviour: Behaviour, flow: HTTPFlow) -> bool | None:
        """Whether the behaviour sees the flow; None where it would, but it is not its time."""
        request = flow.request
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.fields]
        if not behaviour.filter.matches_flow(url_of(request, tls=flow.client_conn.tls), request.method, headers):
            return False
        if not behaviour.filter.active(self._clock.now_ms()):
            return False if behaviour.filter.nth else None
        self._counts[behaviour] += 1
        return behaviour.filter.matches_number(self._counts[behaviour])

    def _for(self, hook: str, subject: object) -> Iterator[Behaviour]:
        """The behaviours that see ``subject`` at this hook, in order: none where the flow is exempt."""
        for behaviour in self.behaviours:
            if isinstance(subject, HTTPFlow):
                seen = not subject.metadata.get(EXEMPT) and self._sees(behaviour, hook, subject)
            else:
                seen = behaviour.filter.active(self._clock.now_ms()) and not behaviour.filter.looks_into_requests
            if seen:
                yield behaviour

    def _sees(self, behaviour: Behaviour, hook: str, flow: HTTPFlow) -> bool:
        decided: dict[Behaviour, bool | None] = flow.metadata.get(_SEEN_BY, {})
        if hook.startswith("websocket"):
            if behaviour not in decided:  # it came while the websocket was open
                decided[behaviour] = self._decided(behaviour, flow)
            seen = decided[behaviour] is not False and behaviour.filter.active(self._clock.now_ms())
        else:
            seen = bool(decided.get(behaviour))
        direction = _direction(hook, flow)
        return seen and (direction is None or behaviour.filter.matches_direction(direction))


def _direction(hook: str, flow: HTTPFlow) -> Direction | None:
    """Which way what the hook tells of goes; None where it goes neither way, or both."""
    websocket: Any = flow.websocket
    if hook == "websocket_message" and websocket is not None:
        return "up" if websocket.messages[-1].from_client else "down"
    if hook == "websocket_control":
        return "up" if websockets.control(flow).from_client else "down"
    return _DIRECTIONS.get(hook)
