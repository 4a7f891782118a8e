"""Moves what the recorder in a page sees into the log of a case, on the case's clock.

A page may be reloaded or left. Each document has a recorder of its own; the lab counts them (generations, from
1) and goes on with the next. What a document had seen and the lab had not fetched is kept by the page for the
next document of its origin. From the second generation on an event names its generation, and its connections
are called ``main@2`` and so on: they are other connections than those before.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.browser.engine import EVALUATE_S, EngineFailure, NoAnswer, PageError, Tab
from lab.events import Event, EventLog
from lab.tasks import end, spawn

WAIT_MS = 2000
"""How long one question for events waits in the page."""
PART = 96 * 1024
"""How much of an argument goes into the page at once, counted as it is on its way.

WebKitGTK's inspector ends the connection at a message of 128 KiB (libsoup, SoupWebsocketConnection,
max-incoming-payload-size). What it is told is JSON in JSON: a quote or a backslash takes four characters there.
"""
QUIET_S = 5.0
"""How much longer an answer may take than was asked for, before the page has to give a sign of life."""
RETURN_S = 20.0
"""How long a page may be between two documents before the lab gives it up."""

_SAMPLES = 3
_GRAIN_MS = 1.0
"""What Firefox and WebKit round ``performance.now()`` to (Chromium: 0.1 ms)."""
_POLL_S = 0.05
_LAB = "window.__sockjsLab"
_NO_RECORDER = "the page has no recorder"


@dataclass
class _Document:
    """One document that the tab showed."""

    generation: int
    offset_ms: float
    """What is added to the page's times to have them on the case's clock."""
    cursor: int = 0
    """How many of its events the log has."""


@dataclass
class _Documents:
    seen: dict[str, _Document] = field(default_factory=dict)
    current: str = ""


class Recorder:
    """The lab's end of the recorder in one tab."""

    def __init__(self, tab: Tab, log: EventLog, *, prefix: str = "") -> None:
        """Record what happens in ``tab`` into ``log``; ``prefix`` begins the names of its connections.

        The prefix (``tab2:``) keeps the connections of several tabs apart.
        """
        self._tab = tab
        self._log = log
        self._prefix = prefix
        self._documents = _Documents()
        self._pump: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[EngineFailure] = asyncio.get_running_loop().create_future()
        """Done, with the failure as its result, as soon as the page can no longer be recorded."""

    @property
    def generation(self) -> int:
        """Which document the tab shows, counted from 1; 0 before `start`."""
        current = self._documents.seen.get(self._documents.current)
        return current.generation if current else 0

    def name_of(self, connection: str = "main") -> str:
        """What the events call the connection that the tab's present document calls ``connection``."""
        return self._named(connection, max(self.generation, 1))

    async def start(self) -> None:
        """Measure the clocks' offset (event ``clock``) and begin to record; raises `EngineFailure`."""
        try:
            await self._enter()
        except PageError as error:
            raise EngineFailure(f"The page did not load the lab's recorder: {error}") from error
        self._pump = spawn(self._keep_pumping(), name="record the page")

    async def connect(
        self, url: str, options: Mapping[str, Any], connection: str = "main", *, raw: bool = False
    ) -> None:
        """Make a client in the page: ``new SockJS(url, null, options)``.

        ``options``: those of sockjs-client (``transports``, ``server``, ``sessionId``, ``timeout`` (ms),
        ``transportOptions``); those that are None or empty are left to the client. A ``sessionId`` is a number
        (of characters), the source of a JavaScript function, or the very text. ``raw`` makes a plain WebSocket
        to the endpoint's ``/websocket`` instead, whose transport is called ``raw-websocket``. Raises
        `PageError` with what the client throws at a wrong URL or option.
        """
        given = {key: value for key, value in options.items() if value not in (None, [], ())}
        wanted = {"connection": connection, "url": url, "options": given, "raw": raw}
        await self._call("connect", wanted)

    async def send(self, text: str, connection: str = "main") -> None:
        """Send a message; raises `PageError` where the client throws because it is not open yet."""
        await self._call("send", connection, text)

    async def send_all(self, texts: Sequence[str], connection: str = "main", *, rate: float | None = None) -> None:
        """Send many messages from within the page, ``rate`` of them per second, or as fast as it goes.

        Returns when all were handed to the client; raises `PageError` where it is not open, or no longer.
        """
        # In parts that take a second or so: no call may take longer than the tab gives it.
        size = max(1, int(rate)) if rate else 500
        for start in range(0, len(texts), size):
            began = asyncio.get_running_loop().time()
            await self._call("sendAll", connection, list(texts[start : start + size]), rate)
            if rate and start + size < len(texts):
                await asyncio.sleep(max(0.0, began + size / rate - asyncio.get_running_loop().time()))

    async def close(self, code: int = 1000, reason: str = "", connection: str = "main") -> None:
        """Close the client; raises `PageError` where it does not accept the code."""
        await self._call("close", connection, code, reason)

    async def watch_messages(self) -> None:
        """Define a global function ``onmessage`` in the page; what it is called with becomes ``page.message``."""
        await self._call("watchMessages")

    async def drain(self) -> None:
        """Fetch what the page has seen until now, or what the next page has where this one is just being left.

        Raises `PageError` or `EngineFailure` where there is no page with a recorder, and none comes.
        """
        if self.failed.done():
            return
        try:
            await self._ask(wait_ms=0)
        except (EngineFailure, PageError) as error:
            await self._regain(error)

    async def stop(self) -> None:
        """Fetch the last events and end recording; never raises (see `failed`)."""
        pump, self._pump = self._pump, None
        await end(pump)
        if pump is not None and not self.failed.done():
            try:
                await self._ask(wait_ms=0)
            except (EngineFailure, PageError) as error:
                self._fail(error)

    async def _call(self, method: str, *arguments: object) -> None:
        """Call a method of the recorder. The arguments go as JSON text: that keeps halves of surrogate pairs."""
        text = json.dumps(arguments)
        parts = list(_parts(text))
        if len(parts) == 1:
            await self._tab.evaluate(f"text => {_LAB}.{method}(...JSON.parse(text))", text)
            return
        for number, part in enumerate(parts):
            await self._tab.evaluate(f"([part, first]) => {_LAB}.keep(part, first)", [part, number == 0])
        await self._tab.evaluate(f"() => {_LAB}.{method}(...JSON.parse({_LAB}.kept()))")

    async def _keep_pumping(self) -> None:
        while not self.failed.done():
            try:
                await self._ask(wait_ms=WAIT_MS)
            except (EngineFailure, PageError) as error:
                try:
                    await self._regain(error)
                except (EngineFailure, PageError) as failure:
                    self._fail(failure)

    async def _regain(self, lost: Exception) -> None:
        """Get hold of the page again; raises why that cannot be."""
        if isinstance(lost, NoAnswer):
            await self._tab.must_answer()
        try:
            await self._return(lost)
        except (EngineFailure, PageError):
            await self._tab.must_answer()  # Where the page is not back because the browser hangs, that is said.
            raise

    async def _return(self, reason: Exception) -> None:
        """Wait until the tab shows a document with a recorder again; raises ``reason`` where it does not."""
        deadline = asyncio.get_running_loop().time() + RETURN_S
        while self._tab.alive and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_POLL_S)
            try:
                await self._enter()
            except (EngineFailure, PageError):
                continue
            return
        raise reason

    async def _enter(self) -> None:
        """Make the acquaintance of the document that the tab shows; raises `PageError` where it has no recorder."""
        if not await self._tab.evaluate(f"Boolean({_LAB})"):
            raise PageError(_NO_RECORDER)
        offset_ms, uncertainty_ms = await self._measure()
        answer = await self._next(cursor=0, wait_ms=0)
        seen = self._documents.seen
        if answer["document"] not in seen:
            generation = len(seen) + 1
            seen[answer["document"]] = _Document(generation, offset_ms)
            named = {"generation": generation} if generation > 1 else {}
            self._log.bind("lab")("clock", offset_ms=offset_ms, uncertainty_ms=uncertainty_ms, **named)
        self._documents.current = answer["document"]
        self._take(answer)

    async def _ask(self, *, wait_ms: int) -> None:
        current = self._documents.seen[self._documents.current]
        within_s = wait_ms / 1000 + QUIET_S
        answer = await self._next(cursor=current.cursor, wait_ms=wait_ms, within_s=within_s)
        if answer["document"] in self._documents.seen:
            self._take(answer)
        else:
            await self._enter()

    async def _next(self, *, cursor: int, wait_ms: int, within_s: float = EVALUATE_S) -> dict[str, Any]:
        script = f"([cursor, wait]) => {_LAB}.next(cursor, wait)"
        text = await self._tab.evaluate(script, [cursor, wait_ms], within_s=within_s)
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _take(self, answer: Mapping[str, Any]) -> None:
        """Log what is new in an answer: of the document before, where the page kept some, and of this one."""
        before = answer.get("before")
        if before and before["document"] in self._documents.seen:
            self._add(before["document"], before["from"], before["events"])
        self._documents.current = answer["document"]
        self._add(answer["document"], answer["cursor"] - len(answer["events"]), answer["events"])

    def _add(self, document: str, first: int, events: Sequence[Mapping[str, Any]]) -> None:
        """Log those of a document's events, numbered from ``first``, that the log does not have yet."""
        seen = self._documents.seen[document]
        for event in events[max(0, seen.cursor - first) :]:
            data = dict(event["data"])
            if "connection" in data:
                data["connection"] = self._named(data["connection"], seen.generation)
            if seen.generation > 1:
                data["generation"] = seen.generation
            self._log.add(Event(event["t"] + seen.offset_ms, "browser", event["kind"], data))
        seen.cursor = max(seen.cursor, first + len(events))

    def _named(self, connection: str, generation: int) -> str:
        return f"{self._prefix}{connection}" + (f"@{generation}" if generation > 1 else "")

    def _fail(self, error: Exception) -> None:
        if self.failed.done():
            return
        if not isinstance(error, EngineFailure):
            error = EngineFailure(f"The lab's recorder is gone from the page: {error}")
        self.failed.set_result(error)

    async def _measure(self) -> tuple[float, float]:
        """(offset, uncertainty) in ms: what is added to the page's times to have them on the case's clock.

        Page and lab read the clock of one machine, so the offset is known but for what the browser rounds
        away. Round trips check that: the page's clock was read somewhere between question and answer. Where
        they contradict it (the machine's clock was set meanwhile), the middle of what they allow is taken.
        """
        asked, read, answered = [], [], []
        for _ in range(_SAMPLES):
            asked.append(self._log.clock.now_ms())
            read.append(float(await self._tab.evaluate(f"() => {_LAB}.now()")))
            answered.append(self._log.clock.now_ms())
        least = max(before - page for before, page in zip(asked, read, strict=True))
        most = min(after - page for after, page in zip(answered, read, strict=True))
        shared = self._log.clock.from_epoch_ms(0.0)
        if least - _GRAIN_MS <= shared <= most + _GRAIN_MS:
            return shared, _GRAIN_MS
        return (least + most) / 2, max((most - least) / 2, _GRAIN_MS)


def _parts(text: str) -> Iterator[str]:
    """The text in parts that are small enough on their way; at least one."""
    start = 0
    while start < len(text) or not start:
        size = PART
        while len(part := text[start : start + size]) + 3 * (part.count("\\") + part.count('"')) > PART:
            size //= 2
        yield part
        start += max(1, len(part))
