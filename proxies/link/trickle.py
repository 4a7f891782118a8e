"""Lets bytes through in drops.

On the wire: a pattern such as ``100B:20ms`` lets at most 100 bytes pass, then nothing until 20 ms after the first
of them, and so on. A pattern of several steps, ``1KiB:10ms 1B:1s``, is gone through in turn and then again. A step
begins with a byte, so an idle connection uses none up. The rest waits, up to 256 KiB in each direction; then the
link stops reading.

Who does it: gateways that scan a response and keep the client waiting with a little of it meanwhile: Skyhigh
(McAfee) Web Gateway's data trickling
(https://success.skyhighsecurity.com/Skyhigh_Secure_Web_Gateway_(On_Prem)/Best_Practices/Proxy_Related/Progress_Indication_Methods),
FortiGate's client comforting, an amount of bytes per interval of seconds
(https://help.fortinet.com/fos50hlp/52/FortiOS%205.2%20Help/antivirus_chapter.138.14.html). Those read HTTP and
spare what they do not scan; here every byte is treated alike.

What survives: by the pattern. The open frame has to arrive within some 600 ms: with ``100B:20ms`` the answers of
websocket and polling take 4 steps or so, the 2 KiB of xhr-streaming about 23.
"""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import duration_ms, size_bytes


class Step(NamedTuple):
    """At most so many bytes in so long."""

    size: int
    ms: float


def _step(text: Any) -> Step:
    size, colon, time = str(text).partition(":")
    if not colon:
        raise ValueError("expected steps of a size and a duration, such as 100B:20ms")
    step = Step(size_bytes(size), duration_ms(time))
    if step.size < 1:
        raise ValueError("expected a size of at least 1B")
    return step


def _steps(value: Any) -> tuple[Step, ...]:
    if isinstance(value, tuple):
        return value
    steps = tuple(map(_step, value if isinstance(value, list) else str(value).split()))
    if not steps:
        raise ValueError("expected at least one step, such as 100B:20ms")
    return steps


Pattern = Annotated[
    tuple[Step, ...],
    BeforeValidator(_steps),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "examples": ["100B:20ms"]}, {"type": "array", "items": {"type": "string"}}]}
    ),
]

_DEFAULT: Any = "100B:20ms"
"""As it would be written, which is how the reference shows it."""


class Trickle(LinkBehaviour):
    """Lets data pass in small amounts, at intervals."""

    class Parameters(LinkBehaviour.Parameters):
        """The pattern."""

        pattern: Pattern = Field(
            _DEFAULT,
            validate_default=True,
            description="Steps of a size and a duration, in turn: at most so many bytes in so long.",
        )

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Let this connection trickle."""
        return _Drops(self.parameters.pattern, scope)


class _Drops(Act):
    def __init__(self, pattern: tuple[Step, ...], scope: Scope) -> None:
        self._scope = scope
        self._taps = {"up": _Tap(pattern), "down": _Tap(pattern)}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        self._scope.once(f"began to let what goes {direction} trickle")
        while size > 0:
            piece = self._taps[direction].drop(size, at_ms)
            size -= piece.size
            yield piece


class _Tap:
    """One direction: where in the pattern it is."""

    def __init__(self, pattern: tuple[Step, ...]) -> None:
        self._pattern = pattern
        self._index = -1
        self._left = 0  # bytes that the step still lets pass
        self._over_ms = 0.0  # when the step is over

    def drop(self, size: int, at_ms: float) -> Piece:
        """What may go on of ``size`` bytes, and when."""
        if self._left == 0 or at_ms >= self._over_ms:
            at_ms = max(at_ms, self._over_ms)
            self._index = (self._index + 1) % len(self._pattern)
            self._left, lasts_ms = self._pattern[self._index]
            self._over_ms = at_ms + lasts_ms
        # Not before its step has begun, though it may have come earlier.
        at_ms = max(at_ms, self._over_ms - self._pattern[self._index].ms)
        size = min(size, self._left)
        self._left -= size
        return Piece(size, at_ms)
