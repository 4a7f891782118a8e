"""A hop had the request of a transport and did not pass it on in time."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, journey, ran_out
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 100


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the hop had it for at least half of the time that the attempt was given."""
    for trial in case.trials:
        progress = progress_of(trial)
        if (progress.place, progress.direction) != ("hop", "up"):
            continue
        if trial.until_ms - progress.since_ms < trial.allowed_ms / 2:
            continue
        yield Diagnosis(
            about=trial.about,
            cause="request_held",
            hop=progress.hop,
            sentence=f"{progress.hop} had the request after {ms(trial.after(progress.since_ms))} "
            f"and had not passed it on {ran_out(trial)}.",
            proof=journey(trial),
            hint="a proxy that checks or queues requests first may need longer than the client waits: "
            "raise the client's `timeout`",
        )
