"""The behaviours of one bare mitmdump, which act together as those of a hop do.

Each file is an addon of its own, but one pipeline calls all their behaviours, so that the rules are those of the lab:
who sees what by its limits, in which order, and that nobody sees a request any more that somebody has answered.
mitmproxy calls the pipeline through the addon that was loaded first; the others have no hooks.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mitmproxy.hooks import all_hooks
from mitmproxy.http import HTTPFlow

from lab.network.clock import HopClock
from lab.network.pipeline import Pipeline

if TYPE_CHECKING:
    from lab.network.bare import BareAddon
    from lab.network.behaviour import Behaviour

logger = logging.getLogger(__name__)

_OF_ADDONS = frozenset({"load", "configure", "running", "done", "update"})
"""Hooks that tell an addon of itself, not of traffic: no hop calls those of behaviours."""

_HOPS: WeakKeyDictionary[Any, "BareHop"] = WeakKeyDictionary()


class BareHop:
    """What the addons of one mitmdump share."""

    def __init__(self) -> None:
        self._members: dict[BareAddon, Behaviour | None] = {}
        self._clock = HopClock()
        self._clock.begin()
        self._pipeline = Pipeline((), _failed, self._clock)
        self._watches = False

    @classmethod
    def of(cls, master: Any) -> "BareHop":
        """The one of this master; its clock begins to run where there was none yet."""
        return _HOPS.setdefault(master, cls())

    def put(self, addon: "BareAddon", behaviour: "Behaviour | None") -> None:
        """Let an addon have this behaviour; None as long as a parameter that it requires is missing."""
        if behaviour is not None:
            behaviour.filter = behaviour.filter.starting(self._clock.now_ms())
        self._members[addon] = behaviour
        self._changed()

    def leave(self, addon: "BareAddon") -> None:
        """Forget an addon, which mitmproxy has taken out."""
        self._members.pop(addon, None)
        self._changed()

    def _changed(self) -> None:
        self._pipeline.behaviours = [one for one in self._members.values() if one is not None]

    def hook(self, addon: "BareAddon", name: str) -> Callable[[Any], Awaitable[None]] | None:
        """What mitmproxy is to call at this hook of an addon; None where it is nothing."""
        if addon is not next(iter(self._members), None) or name not in all_hooks.keys() - _OF_ADDONS:
            return None
        if name in ("requestheaders", "http_connect", "responseheaders"):
            own: Callable[[Any], Awaitable[None]] = getattr(self, name)
            return own
        if any(hasattr(one, name) for one in self._pipeline.behaviours):
            return partial(self._pipeline.run, name)
        return None

    def _begin(self) -> None:
        """Have windows of time watched from the first request on: then there is a loop to do so."""
        if not self._watches:
            self._watches = True
            self._pipeline.open()

    async def http_connect(self, flow: HTTPFlow) -> None:
        """Let the behaviours act on a CONNECT."""
        self._begin()
        await self._pipeline.run("http_connect", flow)

    async def requestheaders(self, flow: HTTPFlow) -> None:
        """Let the request stream, unless somebody wants it whole, and let the behaviours act."""
        self._begin()
        flow.request.stream = not self._pipeline.has("request", flow)
        await self._pipeline.run("requestheaders", flow)
        if flow.response is not None:
            flow.request.stream = False

    async def responseheaders(self, flow: HTTPFlow) -> None:
        """Let the response stream, unless a behaviour holds it."""
        assert flow.response is not None
        flow.response.stream = True
        await self._pipeline.run("responseheaders", flow)


def _failed(text: str, *, behaviour: str | None = None) -> None:
    logger.error("%s failed in %s", behaviour, text, exc_info=True)
