"""A hop of one exchange without clock and sockets: what plays a dialogue; see lab/network/playbook.py."""

import asyncio
import heapq
import inspect
import math
import sys
import time
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import ExitStack
from itertools import count
from typing import Any
from unittest import mock

from mitmproxy.http import HTTPFlow, Request, Response
from mitmproxy.net.http import http1
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from wsproto.frame_protocol import Opcode

from lab import tasks
from lab.network import connections, websockets
from lab.network.behaviour import Behaviour
from lab.network.body import End, Item, Way, stages
from lab.network.dialogue import data_of, head_of, line_of, quoted, rest_of

Show = Callable[[bytes], bytes]

_OTHER = {"client": "server", "server": "client"}
_closes: Any = http1.connection_close


class _Sleep:
    """What a coroutine of the player waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator["_Sleep", None, None]:
        yield self


class Player:
    """A hop of one exchange, on a clock that jumps from one thing that is due to the next."""

    def __init__(self, behaviour: Behaviour, show: Show) -> None:
        self.said: list[str] = []
        self._behaviour = behaviour
        self._show = show
        self._now_s = 0.0
        self._lines: list[str] = []
        self._waiting: list[tuple[float, bool, int, Coroutine[Any, Any, None]]] = []
        """When, whether it is a line that goes in, a number for the order, and what then goes on."""
        self._number = count()
        self._flow: HTTPFlow
        self._way: Way
        self._held_request: bytearray | None = None
        self._head_sent = False
        self._over = False
        self._left_s = {"client": 0.0, "server": 0.0}
        """When the last of what goes to either side on the websocket leaves."""

    def play(self, wanted: Iterable[str]) -> list[str]:
        """What is said and what comes of it, line by line."""
        behaviour = self._behaviour
        behaviour.report = lambda name, flow, did, /, **more: self.said.append(did)
        for line in wanted:
            at_ms, who, verb, what = line_of(line)
            if verb != "gets":
                act: Coroutine[Any, Any, None] = self._comes(line, who, verb, what)
                heapq.heappush(self._waiting, (at_ms / 1000, True, next(self._number), act))
        with ExitStack() as stack:
            stack.callback(self._close)
            self._take_over(stack, behaviour)
            while (due := self._next()) is not None:
                self._go_on(due)
        return self._lines

    def _close(self) -> None:
        """End what still waits, where something went wrong."""
        for *_, task in self._waiting:
            task.close()

    def _take_over(self, stack: ExitStack, behaviour: Behaviour) -> None:
        """Put the player's clock, tasks and websockets in place of the real ones."""
        module = sys.modules[type(behaviour).__module__]
        for clock in (time.monotonic, time.time):
            stack.enter_context(mock.patch.object(time, clock.__name__, lambda: self._now_s))
            for name in [name for name, value in vars(module).items() if value is clock]:
                stack.enter_context(mock.patch.object(module, name, lambda: self._now_s))
        stack.enter_context(mock.patch.object(asyncio, "sleep", _Sleep))
        stack.enter_context(mock.patch.object(tasks, "spawn", lambda task, name="": self._begin(task)))
        stack.enter_context(mock.patch.object(connections, "held", self._held))
        stack.enter_context(mock.patch.object(websockets, "end", self._end_websocket))

    def _next(self) -> float | None:
        """When something is due."""
        way_s = self._way.due_s if hasattr(self, "_way") and not self._over else None
        first_s = self._waiting[0][0] if self._waiting else None
        return min((at_s for at_s in (way_s, first_s) if at_s is not None), default=None)

    def _go_on(self, due_s: float) -> None:
        """Do what is due; what was due already when a line goes in comes first."""
        self._now_s = due_s
        if hasattr(self, "_way") and not self._over and self._way.due_s == due_s:
            self._begin(self._perform(self._way.tick(due_s)))
        else:
            self._begin(heapq.heappop(self._waiting)[-1])

    def _begin(self, task: Coroutine[Any, Any, None]) -> None:
        """Let a coroutine run until it sleeps or ends."""
        try:
            sleep: _Sleep = task.send(None)
        except StopIteration:
            return
        if sleep.seconds < math.inf:
            heapq.heappush(self._waiting, (self._now_s + sleep.seconds, False, next(self._number), task))
        else:
            task.close()

    async def _held(self, client: object, *, within_s: float | None = None) -> str:
        await _Sleep(math.inf if within_s is None else within_s)
        return "gone" if self._over else "due"

    async def _call(self, hook: str) -> None:
        result = getattr(self._behaviour, hook, lambda flow: None)(self._flow)
        if inspect.isawaitable(result):
            await result

    def _gets(self, who: str, what: str) -> None:
        self._lines.append(f"{self._now_s * 1000:.0f} {who} gets {what}")

    def _data(self, who: str, data: bytes) -> None:
        shown = self._show(data) if who == "client" else data
        if shown:
            self._gets(who, quoted(shown))

    async def _comes(self, line: str, who: str, verb: str, what: str) -> None:
        """One line that goes in."""
        self._lines.append(line)
        if self._over:
            return
        if verb == "asks":
            await self._asked(what)
        elif verb == "answers":
            await self._answered(what)
        elif self._flow.websocket is not None:
            await self._on_websocket(who, what if verb == "says" else "end")
        elif who == "client":
            await self._asked_on(None if verb == "ends" else data_of(what))
        elif verb == "says":
            await self._perform(self._way.data(data_of(what), self._now_s))
        else:
            await self._perform(self._way.end(self._now_s))

    # The request

    async def _asked(self, what: str) -> None:
        start, headers = head_of(what)
        method, path = start.split()
        self._flow = flow = tflow.tflow(req=Request.make(method, f"http://app.localhost{path}"))
        flow.request.headers = headers
        flow.live = True
        self._way = Way(stages(flow))
        flow.request.stream = not hasattr(self._behaviour, "request")
        await self._call("requestheaders")
        if flow.response is not None:
            self._send_head()
            self._finish()
            return
        headers = flow.request.headers
        announced = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if announced and not flow.request.stream:
            self._held_request = bytearray()
        else:
            self._send_request()

    async def _asked_on(self, data: bytes | None) -> None:
        """A piece of the request's body, or its end where None."""
        held = self._held_request
        if data is None:
            if held is not None:
                self._flow.request.raw_content = bytes(held)
            await self._call("request")
            if held is not None:
                self._send_request()
                self._data("server", self._flow.request.raw_content or b"")
            self._gets("server", "end")
        elif held is not None:
            held += data
        else:
            self._data("server", data)

    def _send_request(self) -> None:
        request = self._flow.request
        self._gets("server", f"{request.method} {request.path}{rest_of(request)}")

    # The response

    async def _answered(self, what: str) -> None:
        status, headers = head_of(what)
        self._flow.response = response = Response.make(int(status))
        response.headers = headers
        response.stream = True
        await self._call("responseheaders")
        self._way.head(self._now_s)
        if not self._way.holds_head:
            self._send_head()
        if response.status_code == 101:
            self._flow.websocket = WebSocketData()
            await self._call("websocket_start")

    def _send_head(self) -> None:
        response = self._flow.response
        if not self._head_sent and response is not None:
            self._head_sent = True
            self._gets("client", f"{response.status_code}{rest_of(response)}")

    async def _perform(self, items: Iterable[Item]) -> None:
        """Do what has come out of the last stage."""
        for item in items:
            if isinstance(item, End):
                await self._end_response(item)
                return
            self._send_head()
            self._data("client", item)

    async def _end_response(self, end: End) -> None:
        by_server = end.upstream == "ended"
        if end.status is not None and not self._head_sent:
            self._gets("client", str(end.status))
        elif end.how == "clean":
            self._send_head()
            self._gets("client", "end")
        else:
            if end.part:
                self._gets("client", f"{quoted(end.part)} of {end.chunk}")
            self._gets("client", end.how)
        if end.upstream == "cut":
            self._gets("server", "rst" if end.how == "rst" and end.status is None else "fin")
        self._over = True
        if end.how == "clean" and by_server:
            # As mitmproxy has it: the server's connection is decided on before the hook, the client's after it.
            if self._closes():
                self._gets("server", "fin")
            await self._call("response")
            if self._closes():
                self._gets("client", "fin")

    def _closes(self) -> bool:
        request, response = self._flow.request, self._flow.response
        return any(_closes(one.http_version, one.headers) for one in (request, response) if one is not None)

    def _finish(self) -> None:
        """The behaviour has answered by itself."""
        response = self._flow.response
        if response is not None and response.raw_content:
            self._data("client", response.raw_content)
        self._gets("client", "end")
        self._over = True

    # The websocket

    async def _on_websocket(self, who: str, what: str) -> None:
        flow, treated = self._flow, websockets.treatment(self._flow)
        assert flow.websocket is not None
        message = None
        if treated.raw:
            self._gets(_OTHER[who], what)
            return
        if what.startswith('"'):
            message = WebSocketMessage(Opcode.TEXT, who == "client", data_of(what))
            flow.websocket.messages.append(message)
            await self._call("websocket_message")
            dropped = message.dropped
        else:
            kind: Any = what
            control = websockets.Control(kind, who == "client")
            flow.metadata[websockets.CONTROL] = control
            await self._call("websocket_control")
            dropped = control.dropped
        delay_s = sum(seconds for seconds, _ in flow.metadata.pop(websockets.DELAY, ()))
        if dropped:
            return
        due_s = self._left_s[_OTHER[who]] = max(self._now_s + delay_s, self._left_s[_OTHER[who]])
        await self._leaves(_OTHER[who], message.content if message else what.replace("end", "fin"), due_s)

    async def _leaves(self, who: str, what: bytes | str, due_s: float) -> None:
        """What goes on to one side, once its time has come."""
        if due_s > self._now_s:
            await _Sleep(due_s - self._now_s)
        if self._over:
            return
        treated = websockets.treatment(self._flow)
        if isinstance(what, str):
            self._gets(who, what)
            return
        size = treated.fragment or max(len(what), 1)
        frames = [what[at : at + size] for at in range(0, max(len(what), 1), size)]
        marked = " with RSV1" if (who == "server") in treated.set_rsv1 else ""
        for number, frame in enumerate(frames, 1):
            more = " +" if number < len(frames) else ""
            self._gets(who, f"{quoted(frame)}{marked if number == 1 else ''}{more}")

    async def _end_websocket(self, flow: HTTPFlow, how: str, *, code: int = 0, reason: str = "") -> None:
        for who in ("client", "server"):
            self._gets(who, f"close {code} {reason}".rstrip() if how == "close" else how)
        self._over = True
