"""Stages: what stands in the way of a response's body, and holds, changes, ends or cuts it, by bytes or by a clock.

A behaviour puts a stage on a flow with `add`, in ``requestheaders`` where it wants to see how long the server takes,
else in ``responseheaders``. What the server sends passes the stages in the order in which they were added::

    class Late(body.Stage):
        def data(self, data, now_s):
            ...hold it, set self.due_s...
            return []

        def tick(self, now_s):
            return [held]

    body.add(flow, Late())

A stage belongs to the behaviour that added it. When that acts no more (lab/network/term.py), what the stage holds
passes, and all that comes after it as it comes.

Nothing here reads a clock or a socket: lab/network/bodystream.py tells the time, and does what the stages return.
Where some other behaviour wants the whole response to edit it (``flow.response.stream = False``), stages change that
response's bytes but not its timing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from mitmproxy.http import HTTPFlow, Response

from lab.network import term
from lab.network.term import Term

STAGES = "lab.stages"
"""Where the metadata of a flow has its stages."""


@dataclass(frozen=True)
class End:
    """The end of a response: by itself, because the server ended it, or because a stage did."""

    how: Literal["clean", "fin", "rst"] = "clean"
    """clean: as HTTP ends it; fin, rst: the connection ends, and with it the response, wherever it was."""
    upstream: Literal["ended", "cut", "held"] = "ended"
    """What becomes of the server's side, where the server has not ended the response."""
    text: str = ""
    """Why, for the record."""
    part: bytes = b""
    """Sent before the cut, as the beginning of a chunk of ``chunk`` bytes where the response is chunked."""
    chunk: int = 0
    status: int | None = None
    """Where not even the head was sent: the status to answer with, in place of ``how``."""


END = End()

Item = bytes | End


class Stage:
    """One thing in the way of a body. As it stands here, everything passes at once."""

    holds_head = False
    """Whether the response's head waits for the first byte that comes through."""
    due_s: float | None = None
    """When `tick` is to be called, on the clock of ``now_s``."""
    term: Term | None = None
    """That of its behaviour; None where it stays in any case."""
    stays: ClassVar[bool] = False
    """Whether it goes on although its behaviour acts no more, since nothing can follow on what has been sent."""

    def head(self, now_s: float) -> None:
        """The head of the response has come from the server."""

    def data(self, data: bytes, now_s: float) -> Iterable[Item]:
        """A piece of the body has come: what passes now."""
        return [data]

    def end(self, now_s: float) -> Iterable[Item]:
        """The body has come to its end: what passes now, with END where that is all."""
        return [END]

    def tick(self, now_s: float) -> Iterable[Item]:
        """The time ``due_s`` has come: what passes now."""
        self.due_s = None
        return []

    def lift(self, now_s: float) -> Iterable[Item]:
        """Its behaviour acts no more: what it held passes now, with END where that was held as well."""
        return []


def stages(flow: HTTPFlow) -> list[Stage]:
    """The stages that stand in the way of the flow's response."""
    found: list[Stage] = flow.metadata.setdefault(STAGES, [])
    return found


def add(flow: HTTPFlow, stage: Stage) -> None:
    """Put a stage in the way of the flow's response, behind those that are there, while its behaviour acts."""
    stage.term = None if stage.stays else term.current()
    stages(flow).append(stage)


class Way:
    """All stages of one response in their order."""

    def __init__(self, stages: list[Stage]) -> None:
        self._stages = stages  # Not a copy: more may be added until the head has come.
        self._clean = END
        self.closed = False
        """A stage has ended the response: what the server sends from now on is lost."""

    @property
    def holds_head(self) -> bool:
        """Whether the head waits for the first byte that comes through."""
        return any(stage.holds_head for stage in self._stages)

    @property
    def due_s(self) -> float | None:
        """When `tick` is to be called next."""
        return min((stage.due_s for stage in self._stages if stage.due_s is not None), default=None)

    def head(self, now_s: float) -> None:
        """The head has come."""
        for stage in self._stages:
            stage.head(now_s)

    def data(self, data: bytes, now_s: float) -> Iterator[Item]:
        """What comes out where ``data`` goes in."""
        if not self.closed:
            yield from self._push(0, [data], now_s)

    def end(self, now_s: float) -> Iterator[Item]:
        """What comes out where the server has ended the response."""
        if not self.closed:
            yield from self._push(0, [END], now_s)

    def tick(self, now_s: float) -> Iterator[Item]:
        """What comes out because it is time."""
        for number, stage in enumerate(tuple(self._stages), 1):
            if stage.due_s is not None and stage.due_s <= now_s:
                yield from self._push(number, stage.tick(now_s), now_s)

    def lift(self, now_s: float) -> Iterator[Item]:
        """What comes out because behaviours act no more."""
        for index, stage in enumerate(tuple(self._stages)):
            if stage.term is not None and not stage.term.acting:
                self._stages[index] = Stage()
                yield from self._push(index + 1, stage.lift(now_s), now_s)

    def _push(self, number: int, items: Iterable[Item], now_s: float) -> Iterator[Item]:
        """What comes out where ``items`` go into the stage at ``number``."""
        for item in items:
            if isinstance(item, bytes):
                if not item:
                    continue  # On a chunked response an empty piece would be the last chunk.
                if number == len(self._stages):
                    yield item
                else:
                    yield from self._push(number + 1, self._stages[number].data(item, now_s), now_s)
            elif item.how != "clean" or item.status is not None:
                self.closed = True
                yield item
            else:
                # A stage may keep the end back, and lets END out later: what it stands for is kept here.
                if item is not END:
                    self._clean, self.closed = item, True
                if number == len(self._stages):
                    yield self._clean
                else:
                    yield from self._push(number + 1, self._stages[number].end(now_s), now_s)


def whole(way: Way, content: bytes) -> bytes:
    """What the stages make of a whole body, however long they would take: the bytes up to the end or a cut."""
    released, now_s, items = bytearray(), 0.0, list(way.data(content, 0.0)) + list(way.end(0.0))
    while True:
        for item in items:
            if isinstance(item, End):
                return bytes(released + item.part)
            released += item
        if way.due_s is None:
            return bytes(released)
        now_s = max(now_s, way.due_s)
        items = list(way.tick(now_s))


def changes_length(response: Response) -> None:
    """Send the response in chunks, as its length will be another one."""
    if response.headers.pop("content-length", None) is not None and response.http_version == "HTTP/1.1":
        response.headers["Transfer-Encoding"] = "chunked"
