"""A hop had the opening of a transport and did not pass it on: a buffering proxy."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, ran_out
from lab.timeline.join import Trial
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms, number, plural

ORDER = 110

_HINT = (
    "let the proxy pass answers on as they come, in nginx: proxy_buffering off, or X-Accel-Buffering: no from the "
    "server; where the proxy is not yours, use wss or https, which it can read only if it intercepts TLS"
)
_FRAMES = "the proxy takes the upgrade and then passes no frames: use wss, or leave `websocket` out of `transports`"


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the hop had it for at least half of the time that the attempt was given."""
    for trial in case.trials:
        progress = progress_of(trial)
        hop = progress.hop
        if (progress.place, progress.direction) != ("hop", "down"):
            continue
        if hop is None or trial.until_ms - progress.since_ms < trial.allowed_ms / 2:
            continue
        after = ms(trial.after(progress.since_ms))
        if trial.kind == "websocket":
            had, passed = "the server's first frame", "none"
        else:
            came, left = (_total(trial, f"{hop}.{side}") for side in ("server", "client"))
            had = f"{plural(came, 'byte')} of the answer" if came else "the answer"
            passed = f"only {number(left)} of them" if left else "none"
        yield Diagnosis(
            about=trial.about,
            cause="response_held",
            hop=hop,
            sentence=f"{hop} had {had} after {after} and had passed {passed} on {ran_out(trial)}.",
            proof=[f"{hop}.server saw {had} after {after}", f"{hop}.client saw {passed} by then"],
            hint=_FRAMES if trial.kind == "websocket" else _HINT,
        )


def _total(trial: Trial, side: str) -> int:
    """Bytes of the answer that a side had seen when the attempt ended."""
    return max((one.total_by(trial.until_ms) for one in trial.sides.get(side, ())), default=0)
