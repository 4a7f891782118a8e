"""The request for the websocket, or the CONNECT before it, was never answered."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, journey, ran_out, request_of
from lab.timeline.join import Trial
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 80

_HINT = (
    "a refusal would be better than silence: let the proxy answer 403, or leave `websocket` out of the client's "
    "`transports` where it is known to hang; wss may pass"
)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Names the hop that swallowed the request or the 101, or the server."""
    for trial in case.trials:
        if trial.kind == "websocket" and trial.attempt.outcome == "timed out":
            sides = request_of(trial)
            answered = any(_answered(trial, side) for side in list(sides)[:1])
            if not answered and (found := _swallowed(trial)):
                hop, what = found
                yield Diagnosis(
                    about=trial.about,
                    cause="upgrade_unanswered",
                    hop=hop,
                    sentence=f"{what} {ran_out(trial)}.",
                    proof=journey(trial) or [f"{c.hop}.client saw CONNECT {c.host}:{c.port}" for c in trial.connects],
                    hint=_HINT,
                )


def _answered(trial: Trial, side: str) -> bool:
    first = trial.first(side)
    return first is not None and first.response is not None and first.response.t_ms <= trial.until_ms


def _swallowed(trial: Trial) -> tuple[str | None, str] | None:
    """Who had the request or its answer last, and the sentence without its end."""
    sides = request_of(trial)
    for hop in reversed(trial.hops):
        inward, outward = sides.get(f"{hop}.server"), f"{hop}.client"
        if inward is None or inward.response is None or outward not in sides:
            continue
        if _answered(trial, inward.side) and not _answered(trial, outward):
            after = ms(trial.after(inward.response.t_ms))
            return hop, f"{hop} had the answer {inward.status} after {after} and had not passed it on"
    progress = progress_of(trial)
    after = ms(trial.after(progress.since_ms))
    if progress.place == "hop" and progress.direction == "up":
        if sides:
            return (
                progress.hop,
                f"{progress.hop} had the request after {after} and had neither answered nor passed it on",
            )
        return progress.hop, f"{progress.hop} had been asked to CONNECT after {after} and had not answered"
    if progress.place == "server" and not _answered(trial, "server"):
        return None, f"The server had the request after {after} and had not answered"
    return None
