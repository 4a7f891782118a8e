"""Events of requests: what came, what was answered, how it ended."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lab.events import Emit

if TYPE_CHECKING:
    from lab.server.endpoint import Endpoint
    from lab.sockjs.paths import Path


class RequestLog:
    """Numbers the requests of a server and emits what becomes of them."""

    def __init__(self, emit: Emit) -> None:
        """A log whose events go to ``emit``."""
        self._emit = emit
        self._last = 0

    def came(
        self,
        *,
        method: str,
        target: str,
        http: str,
        headers: Iterable[Sequence[str]],
        upgrade: bool,
        endpoint: "Endpoint | None" = None,
        path: "Path | None" = None,
    ) -> "Told":
        """A request has come, for ``path`` of ``endpoint`` where its URL names one; tell what becomes of it there."""
        self._last += 1
        named = {} if endpoint is None else {"endpoint": endpoint.prefix}
        below = {"session": path.session, "transport": path.name} if path is not None and path.session else {}
        self._emit(
            "request",
            request=self._last,
            method=method,
            path=target,
            http=http,
            headers=[list(pair) for pair in headers],
            upgrade=upgrade,
            **named,
            **below,
        )
        return Told(self._emit, self._last, named)


class Told:
    """One request in the events."""

    __slots__ = ("_emit", "_ended", "_named", "_number")

    def __init__(self, emit: Emit, number: int, named: dict[str, str]) -> None:
        """The request ``number``; ``named`` goes into all of its events."""
        self._emit = emit
        self._number = number
        self._named = named
        self._ended = False

    def answered(self, status: int, headers: Iterable[Sequence[str]]) -> None:
        """The head of its answer is written."""
        self._emit(
            "response",
            request=self._number,
            status=status,
            headers=[list(pair) for pair in headers],
            **self._named,
        )

    def ended(self, size: int, why: str) -> None:
        """Its answer has ended after ``size`` bytes of body; only the first word on that counts."""
        if not self._ended:
            self._ended = True
            self._emit("response.end", request=self._number, bytes=size, why=why, **self._named)
