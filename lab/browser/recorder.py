"""Moves what the recorder in a page sees into the log of a case, on the case's clock."""

import asyncio
from collections.abc import Mapping
from typing import Any

from lab.browser.engine import EngineFailure, PageError, Tab
from lab.events import Event, EventLog
from lab.tasks import end, spawn

WAIT_MS = 2000
"""How long one question for events waits in the page."""

_SAMPLES = 3
_GRAIN_MS = 1.0
"""What Firefox and WebKit round ``performance.now()`` to (Chromium: 0.1 ms)."""


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
        """(offset, uncertainty) in ms: what is added to the page's times to have them on the case's clock.

        Page and lab read the clock of one machine, so the offset is known but for what the browser rounds
        away. Round trips check that: the page's clock was read somewhere between question and answer. Where
        they contradict it (the machine's clock was set meanwhile), the middle of what they allow is taken.
        """
        asked, read, answered = [], [], []
        for _ in range(_SAMPLES):
            asked.append(self._log.clock.now_ms())
            read.append(float(await self._tab.evaluate("() => lab.now()")))
            answered.append(self._log.clock.now_ms())
        least = max(before - page for before, page in zip(asked, read, strict=True))
        most = min(after - page for after, page in zip(answered, read, strict=True))
        shared = self._log.clock.from_epoch_ms(0.0)
        if least - _GRAIN_MS <= shared <= most + _GRAIN_MS:
            return shared, _GRAIN_MS
        return (least + most) / 2, max((most - least) / 2, _GRAIN_MS)
