"""The attempts of one connection as bars on a time line: where each begins and ends, in percent of the width."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from lab.report.words import duration
from lab.timeline.results import Attempt

_STEPS = (1, 2, 5, 10)
_MOST_TICKS = 5
"""So many labels stand beside each other on a telephone."""


@dataclass(frozen=True)
class Bar:
    """One attempt. Places and widths are percent of the width of the chart."""

    attempt: Attempt
    left: float
    width: float
    budget: float | None
    """Where its budget ended; None where it had none, or where that lies outside of the chart."""
    label: str
    label_at: float
    label_side: str
    """``after`` the bar, ``before`` it or ``inside`` it: wherever there is room."""


@dataclass(frozen=True)
class Tick:
    """One mark of the axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """The bars of one connection and the axis that they share."""

    connection: str
    zero_ms: float
    """Its clock's zero, on the clock of the case's events."""
    zero_is: str
    """What happened then."""
    ticks: list[Tick]
    bars: list[Bar]


def chart_of(
    connection: str,
    attempts: Sequence[Attempt],
    *,
    open_ms: float | None = None,
    created_ms: float | None = None,
    zero: tuple[float, str] | None = None,
) -> Chart:
    """The chart of ``attempts``, of which there is at least one.

    The axis begins when the client was created: at ``created_ms`` where that is known, else as ``open_ms`` tells
    where it opened, or else with the first attempt. It ends where the last bar ends. A budget stretches it only
    where it says something: where time ran out, or may yet run out. Its ticks count from there too, unless ``zero``
    says that the case has a clock already: its time, and what happened then.
    """
    first = min(attempt.start_ms for attempt in attempts)
    last = max(_last_mark(attempt) for attempt in attempts)
    opened = next((attempt.end_ms for attempt in attempts if attempt.outcome == "opened"), None)
    if created_ms is None and opened is not None and open_ms is not None:
        created_ms = opened - open_ms
    created = None if created_ms is None else min(created_ms, first)
    begin = first if created is None else created
    zero_ms, zero_is = zero or (begin, "the first attempt began" if created is None else "the client was created")
    span = max(last - begin, 1.0)

    def place(ms: float) -> float:
        return round(min(max((ms - begin) / span, 0.0), 1.0) * 100, 3)

    bars = []
    for attempt in attempts:
        end = last if attempt.end_ms is None else attempt.end_ms
        left, right = place(attempt.start_ms), place(max(end, attempt.start_ms))
        budget_end = None if attempt.budget_ms is None else attempt.start_ms + attempt.budget_ms
        budget = place(budget_end) if budget_end is not None and budget_end <= last else None
        label = "undecided" if attempt.end_ms is None else duration(end - attempt.start_ms)
        at, side = _room(left, right)
        bars.append(Bar(attempt, left, round(right - left, 3), budget, label, at, side))
    return Chart(connection, zero_ms, zero_is, _ticks(begin - zero_ms, span), bars)


def _last_mark(attempt: Attempt) -> float:
    end = attempt.start_ms if attempt.end_ms is None else attempt.end_ms
    if attempt.budget_ms is None or attempt.outcome not in ("timed out", "undecided"):
        return end
    return max(end, attempt.start_ms + attempt.budget_ms)


def _room(left: float, right: float) -> tuple[float, str]:
    if right <= 70:
        return right, "after"
    if left >= 30:
        return left, "before"
    return (left + right) / 2, "inside"


def _ticks(begin: float, span: float) -> list[Tick]:
    """Marks at round times on an axis that is ``span`` long and begins at ``begin``."""
    magnitude = 10.0 ** floor(log10(span / _MOST_TICKS))
    step = next(magnitude * factor for factor in _STEPS if span / (magnitude * factor) <= _MOST_TICKS)
    marks = [(ceil(begin / step) + index) * step for index in range(_MOST_TICKS + 1)]
    return [
        Tick(round((mark - begin) / span * 100, 3), _tick_label(mark, step)) for mark in marks if mark <= begin + span
    ]


def _tick_label(ms: float, step: float) -> str:
    if step >= 1000:
        return f"{ms / 1000:,.10g} s"
    return f"{ms:,.10g} ms"
