"""Moves what the recorder in a page sees into the log of a case, on the case's clock."""

import asyncio
from collections.abc import Mapping
from typing import Any

from lab.browser.engine import EngineFailure, PageError, Tab
from lab.events import Event, EventLog
from lab.tasks import end, spawn

WAIT_MS = 2000
"""How long one question for events waits in the page."""

_SAMPLES = 8
_APART_S = 0.06
_QUICK_MS = 15.0


class Recorder:
    """The lab's end of the recorder in one page."""

    def __init__(self, tab: Tab, log: EventLog) -> None:
        """Record what happens in ``tab``, which shows the lab's page, into ``log``."""
        self._tab = tab
        self._log = log
        self._offset_ms = 0.0
        self._cursor = 0
        self._pump: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[EngineFailure] = asyncio.get_running_loop().create_future()
        """Done, with the failure as its result, as soon as the page can no longer be recorded."""

    async def start(self) -> None:
        """Measure the clocks' offset (event ``clock``) and begin to record; raises `EngineFailure`."""
        try:
            self._offset_ms, uncertainty_ms = await self._measure()
        except PageError as error:
            raise EngineFailure(f"The page did not load the lab's recorder: {error}") from error
        self._log.bind("lab")("clock", offset_ms=self._offset_ms, uncertainty_ms=uncertainty_ms)
        self._pump = spawn(self._keep_pumping(), name="record the page")

    async def connect(self, url: str, options: Mapping[str, Any], connection: str = "main") -> None:
        """Make a client in the page: ``new SockJS(url, null, options)``.

        ``options``: ``transports``, ``server``, ``sessionId``, ``timeout`` (ms); those that are None or empty
        are left to the client. Raises `PageError` with what the client throws at a wrong URL or option.
        """
        given = {key: value for key, value in options.items() if value not in (None, [], ())}
        wanted = {"connection": connection, "url": url, "options": given}
        await self._tab.evaluate("wanted => lab.connect(wanted)", wanted)

    async def send(self, text: str, connection: str = "main") -> None:
        """Send a message; raises `PageError` where the client throws because it is not open yet."""
        await self._tab.evaluate("([name, text]) => lab.send(name, text)", [connection, text])

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        """Close the client; raises `PageError` where it does not accept the code."""
        await self._tab.evaluate(
            "([name, code, reason]) => lab.close(name, code, reason)", [connection, code, reason]
        )

    async def stop(self) -> None:
        """Fetch the last events and end recording; never raises (see `failed`)."""
        pump, self._pump = self._pump, None
        await end(pump)
        if pump is not None and not self.failed.done():
            await self._pump_once(wait_ms=0)

    async def _keep_pumping(self) -> None:
        while not self.failed.done():
            await self._pump_once(wait_ms=WAIT_MS)

    async def _pump_once(self, *, wait_ms: int) -> None:
        try:
            answer = await self._tab.evaluate("([cursor, wait]) => lab.next(cursor, wait)", [self._cursor, wait_ms])
        except EngineFailure as failure:
            self._fail(failure)
        except PageError as error:
            self._fail(EngineFailure(f"The lab's recorder is gone from the page: {error}"))
        else:
            self._cursor = answer["cursor"]
            for event in answer["events"]:
                self._log.add(Event(event["t"] + self._offset_ms, "browser", event["kind"], event["data"]))

    def _fail(self, failure: EngineFailure) -> None:
        if not self.failed.done():
            self.failed.set_result(failure)

    async def _measure(self) -> tuple[float, float]:
        """(offset, uncertainty) in ms, from the quickest of several round trips.

        The page's clock was read somewhere between question and answer: the middle is wrong by half the
        time between them at most.
        """
        best: tuple[float, float] | None = None
        for _ in range(_SAMPLES):
            asked = self._log.clock.now_ms()
            page = float(await self._tab.evaluate("() => lab.now()"))
            answered = self._log.clock.now_ms()
            took = answered - asked
            if best is None or took / 2 < best[1]:
                best = ((asked + answered) / 2 - page, took / 2)
            if took > _QUICK_MS:
                # WebKitGTK's inspector answers in 44 ms when calls follow each other, and in 4 ms when they
                # are this far apart: its small writes wait for a delayed acknowledgement (Linux: 40 ms).
                await asyncio.sleep(_APART_S)
        if best is None:
            raise AssertionError("at least one sample is taken")
        return best
