"""The evidence: a case's events, joined, as the rules of the diagnosis read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lab.events import Event
from lab.timeline.attempts import Info, in_order, info_of, version_of
from lab.timeline.diagnosis.asks import Ask, asks_of
from lab.timeline.exchanges import Exchange, exchanges_of, hop_of, hops_of
from lab.timeline.join import Trial, trials_of
from lab.timeline.lives import Life, lives_of
from lab.timeline.requests import Joined, joined_of
from lab.timeline.results import Attempt
from lab.timeline.wires import Wire, wires_of
from lab.timeline.words import ms


@dataclass(frozen=True)
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
    requests: tuple[Joined, ...] = ()
    """Every request, joined over the vantages, in order."""
    lives: tuple[Life, ...] = ()
    """The connections that opened, in their order, but for those whose trouble an earlier rule has explained."""
    events: tuple[Event, ...] = ()
    """All of them, in order."""

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """Every TCP connection that a side of a hop saw, in order."""
        return tuple(wires_of(self.events))

    @cached_property
    def tcp_ends(self) -> tuple[Event, ...]:
        """Every end of one of these, in order."""
        return tuple(event for event in self.events if event.kind == "tcp.end")

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """The requests that may explain what is not yet explained; several may be about the same."""
        return tuple(asks_of(self.trials, self.lives, self.requests))


def evidence_of(events: Sequence[Event], attempts: Sequence[Attempt]) -> Evidence:
    """The evidence in a case's events."""
    # What a hop says it did is no evidence: only what its two sides saw is.
    events = [event for event in events if event.kind != "behaviour"]
    events = in_order(events)
    trials = trials_of(events, attempts)
    hops, requests = hops_of(events), joined_of(events)
    return Evidence(
        trials=tuple(trial for trial in trials if trial.attempt.outcome in ("failed", "timed out")),
        attempts=tuple(attempts),
        hops=hops,
        exchanges=tuple(exchanges_of(events)),
        info=info_of(events),
        version=version_of(events),
        requests=tuple(requests),
        lives=tuple(lives_of(events, hops, requests)),
        events=tuple(events),
    )


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
