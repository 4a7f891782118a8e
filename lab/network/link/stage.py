"""One behaviour in the way of one direction of a connection: the bytes that it holds, and when they go on.

What passes carries the time at which it was due, not the time at which somebody got round to it. So latencies in a
row add up to their sum, and a timer that fires late here does not make the next stage later still.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Cut, How, Piece


class Chunk(NamedTuple):
    """Bytes, and when they came to where they are."""

    data: bytes | memoryview
    at_ms: float


class Close(NamedTuple):
    """The end of a direction: nothing comes after it."""

    how: How
    at_ms: float


class Stage:
    """A queue of what waits for one act, in one direction."""

    def __init__(self, act: Act, direction: Direction, *, asks: bool, failed: Callable[[Exception], None]) -> None:
        """Prepare a stage.

        Args:
            act: What is done to the connection.
            direction: Which way the bytes go.
            asks: Whether the act is asked at all. Where it acts on the other direction alone it is not, but may
                still end the connection, and then it matters where in the row it stands.
            failed: Is told what the act raised. What it was asked about passes then.
        """
        self.act = act
        self.held = 0
        """Bytes that wait here."""
        self._direction: Direction = direction
        self._asks = asks
        self._failed = failed
        self._waiting: deque[Chunk | Close] = deque()
        self._plan: Iterator[Piece | Cut] | None = None
        self._step: Piece | Cut | None = None
        self._begun = 0  # bytes of the first chunk that have gone on
        self._last_ms = 0.0

    @property
    def full(self) -> bool:
        """Whether nothing more should be read for it."""
        return self.held >= self.act.room

    def take(self, item: Chunk | Close) -> None:
        """Put something at the end of the queue."""
        if isinstance(item, Chunk):
            self.held += len(item.data)
        self._waiting.append(item)

    def due_ms(self) -> float:
        """When `give` has something next."""
        step = self._next()
        return NEVER if step is None else step.at_ms

    def give(self, now_ms: float) -> Chunk | Close | Cut | None:
        """What is due next, or None where nothing is due at ``now_ms``."""
        while (step := self._next()) is not None and step.at_ms <= now_ms:
            self._last_ms = step.at_ms
            self._step = None
            if isinstance(step, Cut):
                return step
            item = self._waiting[0]
            if isinstance(item, Close):
                self._done()
                return Close(item.how, step.at_ms)
            data = item.data if step.size == len(item.data) else memoryview(item.data)[self._begun :][: step.size]
            self._begun += len(data)
            self.held -= len(data)
            if self._begun == len(item.data):
                # The act may say that it ends the connection right behind these bytes.
                last = self._planned(item, 0)
                if isinstance(last, Cut):
                    self._step = Cut(max(last.at_ms, self._last_ms), last.ending)
                else:
                    self._done()
            if len(data) and not step.drop:
                return Chunk(data, step.at_ms)
        return None

    def flush(self, now_ms: float) -> list[Chunk | Close]:
        """Everything that waits, due now: the behaviour is taken out."""
        items: list[Chunk | Close] = []
        for item in self._waiting:
            if isinstance(item, Close):
                items.append(Close(item.how, now_ms))
            else:
                if self._begun < len(item.data):
                    items.append(Chunk(memoryview(item.data)[self._begun :], now_ms))
                self._begun = 0
        self.clear()
        return items

    def clear(self) -> None:
        """Drop everything that waits."""
        self._waiting.clear()
        self.held = 0
        self._done_with_plan()

    def _done(self) -> None:
        self._waiting.popleft()
        self._done_with_plan()

    def _done_with_plan(self) -> None:
        self._plan = self._step = None
        self._begun = 0

    def _next(self) -> Piece | Cut | None:
        """The next step, with a time at which nothing overtakes anything."""
        if self._step is None and self._waiting:
            item = self._waiting[0]
            left = len(item.data) - self._begun if isinstance(item, Chunk) else 0
            step = self._planned(item, left) or Piece(left, item.at_ms)
            at_ms = max(step.at_ms, item.at_ms, self._last_ms)
            self._step = (
                Cut(at_ms, step.ending) if isinstance(step, Cut) else Piece(min(step.size, left), at_ms, step.drop)
            )
        return self._step

    def _planned(self, item: Chunk | Close, left: int) -> Piece | Cut | None:
        if not self._asks:
            return None
        is_end = isinstance(item, Close)
        try:
            if self._plan is None:
                self._plan = iter(self.act.pieces(self._direction, left, item.at_ms))
            # An empty piece says nothing, but of the end of the stream.
            return next((step for step in self._plan if isinstance(step, Cut) or step.size > 0 or is_end), None)
        except Exception as error:
            self._failed(error)
            return None
