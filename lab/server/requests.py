"""Events of requests: what came, what was answered, how it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from lab.events import Emit

NUMBER = web.RequestKey("lab.number", int)
"""The number of a request in the events."""
SENT = web.RequestKey("lab.sent", int)
"""Bytes of body that a streaming handler has written."""
WHY = web.RequestKey("lab.why", str)
"""Why a streaming response ended, where that is not ``done``."""
_FOLLOWER = web.RequestKey("lab.follower", object)
_LOGS = web.AppKey("lab.logs", dict[Emit, "RequestLog"])
"""The logs of an application, by where their events go."""


def log_of(app: web.Application, emit: Emit) -> "RequestLog":
    """The one log of ``app`` that emits to ``emit``: several endpoints number their requests through."""
    logs: dict[Emit, RequestLog] = app.setdefault(_LOGS, {})
    return logs.get(emit) or logs.setdefault(emit, RequestLog(app, emit))


class RequestLog:
    """Numbers the requests of an application and emits what becomes of them."""

    def __init__(self, app: web.Application, emit: Emit) -> None:
        """A log of those requests of ``app`` that go through `follow`."""
        self._emit = emit
        self._last = 0
        app.on_response_prepare.append(self._prepared)

    async def follow(
        self,
        request: web.Request,
        handle: Callable[[web.Request], Awaitable[web.StreamResponse]],
        *,
        session: str = "",
        transport: str = "",
    ) -> web.StreamResponse:
        """Serve ``request`` with ``handle`` and emit request, response and response.end."""
        number = request[NUMBER] = self.came(
            method=request.method,
            path=request.raw_path,
            http=f"{request.version.major}.{request.version.minor}",
            headers=[[name, value] for name, value in request.headers.items()],
            upgrade="upgrade" in request.headers.get("Connection", "").lower() and "Upgrade" in request.headers,
            session=session,
            transport=transport,
        )
        request[_FOLLOWER] = self
        why = "client gone"
        size = 0
        try:
            response = await handle(request)
            if not response.prepared:
                # Written here and not later by aiohttp, so that its end is known here.
                await response.prepare(request)
                await response.write_eof()
                body = response.body if isinstance(response, web.Response) else None
                size = len(body) if isinstance(body, bytes | bytearray) else 0
                why = "done"
            else:
                why = request.get(WHY, "done")
            return response
        except (ConnectionError, asyncio.CancelledError):
            # What is answered now comes to nobody.
            request[_FOLLOWER] = None
            raise
        except Exception:
            why = "done"
            raise
        finally:
            self.ended(number, request.get(SENT, size), why)

    def came(
        self,
        *,
        method: str,
        path: str,
        http: str,
        headers: Sequence[Sequence[str]],
        upgrade: bool,
        session: str = "",
        transport: str = "",
    ) -> int:
        """A request has come; its number is returned."""
        self._last += 1
        named = {"session": session, "transport": transport} if session else {}
        self._emit(
            "request",
            request=self._last,
            method=method,
            path=path,
            http=http,
            headers=headers,
            upgrade=upgrade,
            **named,
        )
        return self._last

    def answered(self, number: int, status: int, headers: Sequence[Sequence[str]]) -> None:
        """The head of its answer is written."""
        self._emit("response", request=number, status=status, headers=headers)

    def ended(self, number: int, size: int, why: str) -> None:
        """Its answer has ended after ``size`` bytes of body."""
        self._emit("response.end", request=number, bytes=size, why=why)

    async def _prepared(self, request: web.Request, response: web.StreamResponse) -> None:
        if request.get(_FOLLOWER) is self:
            headers = [[name, value] for name, value in response.headers.items()]
            self.answered(request[NUMBER], response.status, headers)
