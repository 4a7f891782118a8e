"""Which behaviours of a hop see which traffic, and in what order."""

import contextvars
import inspect
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Protocol
from weakref import WeakValueDictionary

from mitmproxy.http import HTTPFlow

from lab.network import connections, term, websockets
from lab.network.behaviour import Behaviour
from lab.network.clock import HopClock
from lab.network.exchange import url_of
from lab.network.filter import Direction
from lab.network.windows import Windows
from lab.tasks import spawn

EXEMPT = "lab.exempt"
"""Set in the metadata of a flow that no behaviour sees."""

_SEEN_BY = "lab.seen by"
"""Where the metadata of a flow has what was decided of it when it began: who sees it, by the behaviour."""

_HEAD = "lab.head has come"
"""Set in the metadata of a flow once the behaviours have seen the head of its response."""

_BEGINNING = frozenset({"requestheaders", "http_connect"})
"""The hooks that a flow begins with."""

_STOPPING = frozenset({"requestheaders", "request", "http_connect"})
"""Hooks after which a request goes no further once a behaviour has answered or killed it."""

_ENDING = frozenset({"response", "error", "websocket_end"})
"""The hooks that a flow ends with. Who has seen its beginning sees them, whatever its time."""

_DIRECTIONS: dict[str, Direction] = {
    "requestheaders": "up",
    "request": "up",
    "http_connect": "up",
    "responseheaders": "down",
    "response_joined": "down",
    "response": "down",
}
"""The hooks that concern one direction alone, beside those for websocket messages."""


class Failed(Protocol):
    """Where an exception raised by a behaviour goes."""

    def __call__(self, text: str, *, behaviour: str | None = None) -> None:
        """Tell what was raised."""


class Pipeline:
    """The behaviours of one hop in order, each with its filter.

    Whether a behaviour sees a request is decided when the request begins. It acts on that, on its response, and on
    the websocket that it may become, while it is in the hop and it is its time; after that, what it held passes. One
    that is put in later, or whose time comes later, sees the requests that begin later, the websockets that are open,
    and the responses under way if it has the hook ``response_joined``.
    """

    def __init__(self, behaviours: Sequence[Behaviour], failed: Failed, clock: HopClock | None = None) -> None:
        self._behaviours = list(behaviours)
        self._failed = failed
        self._clock = clock or HopClock()
        self._counts: Counter[Behaviour] = Counter()
        self._open: WeakValueDictionary[str, HTTPFlow] = WeakValueDictionary()
        """The flows that are under way, by their ids."""
        self._context: contextvars.Context | None = None
        self._windows = Windows(self._clock, self._look)

    @property
    def behaviours(self) -> list[Behaviour]:
        """The behaviours; another list takes their place at once."""
        return self._behaviours

    @behaviours.setter
    def behaviours(self, behaviours: Sequence[Behaviour]) -> None:
        before, self._behaviours = self._behaviours, list(behaviours)
        gone = [one for one in before if one not in self._behaviours]
        for behaviour in gone:
            behaviour.term.end()
        self._look(new=[one for one in self._behaviours if one not in before], changed=bool(gone))

    def open(self) -> None:
        """Begin to tell flows under way of behaviours whose time comes or is over. To be called in the hop's task."""
        self._context = contextvars.copy_context()
        self._look()

    def close(self) -> None:
        """Tell nobody of anything any more."""
        self._context = None
        self._windows.close()

    def _look(self, new: Collection[Behaviour] = (), *, changed: bool = False) -> None:
        """See whose time has come and whose is over, and tell the flows under way."""
        now_ms = self._clock.now_ms()
        begun = []
        for behaviour in self._behaviours:
            acted, acts = behaviour.term.acting, behaviour.filter.active(now_ms)
            if acts:
                behaviour.term.begin()
            else:
                behaviour.term.end()
            if acts and (behaviour in new or not acted):
                begun.append(behaviour)
            changed |= acted is not acts
        if self._context is None:
            return
        self._windows.watch(one.filter for one in self._behaviours)
        if (begun or changed) and self._open:
            # In the context of the hop's own task: mitmproxy's ctx is that of this hop there alone.
            self._context.run(lambda: spawn(self._tell(begun), name="a behaviour begins or ends"))

    async def _tell(self, begun: Sequence[Behaviour]) -> None:
        for flow in list(self._open.values()):
            for behaviour in begun:
                await self._join(behaviour, flow)
            await connections.ring(flow)

    async def _join(self, behaviour: Behaviour, flow: HTTPFlow) -> None:
        """Let a behaviour begin with what is under way already."""
        websocket: Any = flow.websocket
        if websocket is None and not hasattr(behaviour, "response_joined"):
            return
        decided: dict[Behaviour, bool | None] = flow.metadata.setdefault(_SEEN_BY, {})
        if decided.get(behaviour) is None:
            decided[behaviour] = self._decided(behaviour, flow)
        hook = "websocket_start" if websocket is not None else "response_joined"
        if (websocket is not None or flow.metadata.get(_HEAD)) and self._sees(behaviour, hook, flow):
            await self._call(behaviour, hook, flow)

    def has(self, hook: str, flow: HTTPFlow) -> bool:
        """Whether a behaviour that sees the flow, which is about to begin, has the hook."""
        self._begin(flow)
        return any(hasattr(behaviour, hook) for behaviour in self._for(hook, flow))

    async def run(self, hook: str, subject: object) -> None:
        """Call the hook of each behaviour that has it; what one raises is reported and ends only its own turn."""
        if isinstance(subject, HTTPFlow):
            self._follow(hook, subject)
        for behaviour in tuple(self._for(hook, subject)):
            await self._call(behaviour, hook, subject)
            if hook in _STOPPING and isinstance(subject, HTTPFlow) and (subject.response or subject.error):
                return

    async def _call(self, behaviour: Behaviour, hook: str, subject: object) -> None:
        method = getattr(behaviour, hook, None)
        if method is None:
            return
        try:
            with term.of(behaviour.term):
                result = method(subject)
                if inspect.isawaitable(result):
                    await result
        except Exception as error:
            self._failed(f"{hook}: {type(error).__name__}: {error}", behaviour=behaviour.name)

    def _follow(self, hook: str, flow: HTTPFlow) -> None:
        """Know how far the flow is."""
        if hook in _BEGINNING:
            self._begin(flow)
        elif hook == "responseheaders":
            flow.metadata[_HEAD] = True
        elif hook in _ENDING and not (hook == "response" and flow.websocket is not None):
            self._open.pop(flow.id, None)

    def _begin(self, flow: HTTPFlow) -> None:
        """Decide who sees the flow; once for each flow."""
        if not flow.metadata.get(EXEMPT) and _SEEN_BY not in flow.metadata:
            self._open[flow.id] = flow
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
            in_time = hook in _ENDING or behaviour.filter.active(self._clock.now_ms())
            seen = in_time and bool(decided.get(behaviour))
        direction = behaviour.acts_on or _direction(hook, flow)
        return seen and (direction is None or behaviour.filter.matches_direction(direction))


def _direction(hook: str, flow: HTTPFlow) -> Direction | None:
    """Which way what the hook tells of goes; None where it goes neither way, or both."""
    websocket: Any = flow.websocket
    if hook == "websocket_message" and websocket is not None:
        return "up" if websocket.messages[-1].from_client else "down"
    if hook == "websocket_control":
        return "up" if websockets.control(flow).from_client else "down"
    return _DIRECTIONS.get(hook)
