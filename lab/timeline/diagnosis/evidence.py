"""The evidence: a case's events, joined, as the rules of the diagnosis read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.events import Event
from lab.timeline.attempts import Info, info_of, version_of
from lab.timeline.exchanges import Exchange, exchanges_of, hop_of, hops_of, sides_of
from lab.timeline.join import Trial, trials_of
from lab.timeline.results import Attempt
from lab.timeline.words import ms


@dataclass(frozen=True, slots=True)
class Evidence:
    """One case, joined."""

    trials: tuple[Trial, ...]
    """The attempts that failed or timed out and that no earlier rule has explained, in their order."""
    attempts: tuple[Attempt, ...]
    """All attempts."""
    hops: tuple[str, ...]
    """From the browser to the server."""
    exchanges: tuple[Exchange, ...]
    """Every request that any side saw, in order."""
    info: Info | None
    """What became of ``/info`` on the first connection."""
    version: str | None
    """The release of sockjs-client."""


def evidence_of(events: Sequence[Event], attempts: Sequence[Attempt]) -> Evidence:
    """The evidence in a case's events."""
    # What a hop says it did is no evidence: only what its two sides saw is.
    events = [event for event in events if event.kind != "behaviour"]
    trials = trials_of(events, attempts)
    return Evidence(
        trials=tuple(trial for trial in trials if trial.attempt.outcome in ("failed", "timed out")),
        attempts=tuple(attempts),
        hops=hops_of(events),
        exchanges=tuple(exchanges_of(events)),
        info=info_of(events),
        version=version_of(events),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that reached the browser's side, and where it was made."""

    status: int
    hop: str | None
    """The hop that made it; None where it is the server's."""
    asked: bool
    """Whether that hop had passed the request on."""
    was: int | None
    """The status that it was given, where it changed the answer."""
    exchange: Exchange


def answer_of(sides: Mapping[str, Exchange], hops: Sequence[str], until_ms: float) -> Answer | None:
    """Who made the answer that left for the browser by then: the first on the way that was not given it.

    ``sides`` holds one request as each side saw it; sides that saw nothing are left out.
    """
    seen = [side for side in sides_of(hops) if side in sides]
    nearest = sides[seen[0]] if seen else None
    if nearest is None or nearest.status is None or nearest.response is None or nearest.response.t_ms > until_ms:
        return None
    for side in seen:
        hop = hop_of(side)
        if hop and side.endswith(".client"):
            inward = sides.get(f"{hop}.server")
            if inward is None or inward.status != nearest.status:
                return Answer(nearest.status, hop, inward is not None, inward.status if inward else None, nearest)
    return Answer(nearest.status, None, True, None, nearest)


def request_of(trial: Trial) -> dict[str, Exchange]:
    """The first request of an attempt as each side saw it, in path order."""
    return {side: first for side in trial.seen() if (first := trial.first(side)) is not None}


def through_hops(exchanges: Sequence[Exchange], hops: Sequence[str]) -> Iterator[tuple[str, Exchange, Exchange]]:
    """Each request that both sides of a hop saw, as (hop, towards the browser, towards the server)."""
    outward = {(one.side, one.request.data.get("flow")): one for one in exchanges}
    for one in exchanges:
        hop = hop_of(one.side)
        if hop in hops and one.side.endswith(".server"):
            other = outward.get((f"{hop}.client", one.request.data.get("flow")))
            if hop is not None and other is not None:
                yield hop, other, one


def journey(trial: Trial) -> list[str]:
    """What each side saw of an attempt, one line each, for the proof."""
    lines = []
    for side, one in request_of(trial).items():
        line = f"{side} saw the request after {ms(trial.after(one.t_ms))}"
        if one.response is not None and one.response.t_ms <= trial.until_ms:
            line += f" and the answer {one.status} after {ms(trial.after(one.response.t_ms))}"
        else:
            line += " and no answer"
        lines.append(line)
    return lines


def ran_out(trial: Trial) -> str:
    """When an attempt ended, as the end of a sentence."""
    if trial.attempt.outcome == "timed out" and trial.attempt.timer_of == trial.attempt.transport:
        return f"when the budget of {ms(trial.allowed_ms)} ran out"
    return f"when the attempt ended after {ms(trial.age_ms)}"
