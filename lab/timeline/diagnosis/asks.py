"""Asks: the requests whose answers may explain an attempt that did not open, or a connection that then failed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.timeline.diagnosis.answers import Answer, answer_of
from lab.timeline.exchanges import Exchange
from lab.timeline.join import GRAIN_MS, Trial
from lab.timeline.lives import GOOD, Life
from lab.timeline.requests import Joined
from lab.timeline.words import ms


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that matters to something that went wrong."""

    about: str
    """What a diagnosis calls that which went wrong."""
    hops: tuple[str, ...]
    sides: Mapping[str, Exchange]
    """The request as each side saw it, in path order; there is at least one."""
    since_ms: float
    """When the attempt began, or the connection opened."""
    until_ms: float
    """When it was over; what happened later is no reason."""
    trial: Trial | None = None
    life: Life | None = None
    whole: Joined | None = None
    """The request at all sides, links included, where it was joined."""
    page: bool = False
    """Whether it is for the page of an iframe transport."""

    @property
    def nearest(self) -> Exchange:
        """As the side nearest to the browser saw it."""
        return next(iter(self.sides.values()))

    @property
    def name(self) -> str:
        """The request in words."""
        return f"{self.nearest.method} {self.nearest.path}"

    @property
    def answer(self) -> Answer | None:
        """The answer that reached the browser's side by then, and who made it."""
        return answer_of(self.sides, self.hops, self.until_ms + GRAIN_MS)

    def when(self, t_ms: float) -> str:
        """A time in words."""
        return f"{ms(t_ms - self.since_ms)} after {'the attempt began' if self.trial else 'it had opened'}"

    @property
    def so(self) -> str:
        """What came of it, as the end of a sentence."""
        if self.life is not None:
            return f"so the open connection {self.life.fate}"
        transport = self.trial.attempt.transport if self.trial else "the transport"
        return f"so {transport} could not open"

    def journey(self) -> list[str]:
        """What each side saw of it, one line each, for the proof."""
        lines = []
        for side, one in self.sides.items():
            outcome = "and no answer"
            if one.response is not None and one.response.t_ms <= self.until_ms + GRAIN_MS:
                outcome = f"and the answer {one.status} {self.when(one.response.t_ms)}"
            lines.append(f"{side} saw {one.method} {one.path} {self.when(one.t_ms)} {outcome}")
        return lines


def asks_of(trials: Sequence[Trial], lives: Sequence[Life], requests: Sequence[Joined]) -> Iterator[Ask]:
    """For each attempt its page and its first request; for each life in trouble what was refused, then the rest."""
    by_request = {id(sight.request): one for one in requests for sight in one.read().values()}
    for trial in trials:
        pages = {side: found[0] for side, found in trial.pages.items() if found}
        own = {side: first for side in trial.seen() if (first := trial.first(side)) is not None}
        for sides, page in ((own, False), (pages, True)):
            if sides:
                whole = by_request.get(id(next(iter(sides.values())).request))
                start, until = trial.attempt.start_ms, trial.until_ms
                yield Ask(trial.about, trial.hops, sides, start, until, trial=trial, whole=whole, page=page)
    for life in lives:
        if life.trouble:
            asks = [
                Ask(life.about, life.hops, sides, life.opened_ms, life.until_ms, life=life, whole=one)
                for one in reversed(life.requests)
                if (sides := one.read()) and next(iter(sides.values())).t_ms <= life.until_ms + GRAIN_MS
            ]
            yield from sorted(asks, key=_passed)


def _passed(ask: Ask) -> bool:
    """Those that were refused come first."""
    status = ask.nearest.status
    return status is None or status in GOOD
