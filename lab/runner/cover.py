"""The measuring lock for a page of the user's own, which makes its clients when it likes.

The lock is taken before anything that may make the page create one: its loading, and the steps in `MAKERS`. It is
kept until every client that was made since is open or has given up; the steps go on meanwhile.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from lab.events import Event, EventLog
from lab.runner.measuring import MeasuringLock
from lab.tasks import end, spawn

MAKERS = frozenset({"click", "evaluate", "fill", "navigate", "open tab", "reload", "wait for"})
"""The steps in whose time the page may create a client."""
LINGER_S = 0.3
"""How long after such a step a client that it led to may be created."""
DECIDED_S = 30.0
"""How long clients may take to be decided: one whose page was left never is."""
_LOOK_S = 0.05


class Cover:
    """Holds the lock for one case while its page may be measuring."""

    def __init__(self, lock: MeasuringLock, log: EventLog) -> None:
        """Hold ``lock`` as long as the events in ``log`` ask for it."""
        self._lock = lock
        self._log = log
        self._held = contextlib.AsyncExitStack()
        self._keeping: asyncio.Task[None] | None = None
        self._since = 0
        self._under_way = 0
        self._ended_s = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the page has made a client, and none of its clients is still trying."""
        return any(_is_new(event) for event in self._log) and not self._undecided(0)

    @contextlib.asynccontextmanager
    async def over(self) -> AsyncIterator[None]:
        """Cover what may make the page create a client, and what comes of it."""
        self._under_way += 1
        try:
            if self._keeping is None:
                await self._held.enter_async_context(self._lock.held(self._log))
                self._since = len(self._log)
                self._keeping = spawn(self._keep(), name="keep the measuring lock")
            yield
        finally:
            self._under_way -= 1
            self._ended_s = asyncio.get_running_loop().time()

    async def leave(self) -> None:
        """Give the lock back, whatever is still undecided."""
        await end(self._keeping)
        self._keeping = None
        await self._held.aclose()

    async def _keep(self) -> None:
        """Keep the lock until all is decided."""
        while self._is_wanted():
            await self._log.wait_for(_is_decision, timeout_s=_LOOK_S, since=len(self._log))
        self._keeping = None
        held, self._held = self._held, contextlib.AsyncExitStack()
        await held.aclose()

    def _is_wanted(self) -> bool:
        if self._under_way:
            return True
        ago_s = asyncio.get_running_loop().time() - self._ended_s
        return ago_s < LINGER_S or (ago_s < DECIDED_S and bool(self._undecided(self._since)))

    def _undecided(self, since: int) -> set[str]:
        """The connections made after the first ``since`` events that are neither open nor closed."""
        names = set[str]()
        for index, event in enumerate(self._log):
            if index >= since and _is_new(event):
                names.add(event.data["connection"])
            elif _is_decision(event):
                names.discard(event.data["connection"])
        return names


def _is_new(event: Event) -> bool:
    return event.vantage == "browser" and event.kind == "client.new"


def _is_decision(event: Event) -> bool:
    return event.vantage == "browser" and event.kind in ("client.open", "client.close")
