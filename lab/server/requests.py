"""Events of requests: what came, what was answered, how it ended."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from lab.events import Emit

NUMBER = web.RequestKey("lab.number", int)
"""The number of a request in the events."""
SENT = web.RequestKey("lab.sent", int)
"""Bytes of body that a streaming handler has written."""
WHY = web.RequestKey("lab.why", str)
"""Why a streaming response ended, where that is not ``done``."""
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
        self._last += 1
        number = request[NUMBER] = self._last
        named = {"session": session, "transport": transport} if session else {}
        self._emit(
            "request",
            request=number,
            method=request.method,
            path=request.raw_path,
            http=f"{request.version.major}.{request.version.minor}",
            headers=[[name, value] for name, value in request.headers.items()],
            upgrade="upgrade" in request.headers.get("Connection", "").lower() and "Upgrade" in request.headers,
            **named,
        )
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
            raise
        except Exception:
            why = "done"
            raise
        finally:
            self._emit("response.end", request=number, bytes=request.get(SENT, size), why=why)

    async def _prepared(self, request: web.Request, response: web.StreamResponse) -> None:
        number = request.get(NUMBER)
        if number is not None:
            headers = [[name, value] for name, value in response.headers.items()]
            self._emit("response", request=number, status=response.status, headers=headers)
