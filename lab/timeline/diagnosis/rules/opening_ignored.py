"""The opening of a transport reached the browser in good time, and the client in it took no notice."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, journey, ran_out
from lab.timeline.join import Trial
from lab.timeline.progress import Progress, held_ms, progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 890
CAUSES = ("response_held", "opening_ignored")

IN_TIME_MS = 250.0
"""Time in which a browser that runs would surely have taken notice of it."""
LONG_MS = 1000.0
"""A hop that held the opening for so long had its part in it."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where all of it had left for the browser long before the attempt was over."""
    for trial in case.trials:
        progress = progress_of(trial)
        if progress.place == "arrived" and trial.until_ms - progress.since_ms >= IN_TIME_MS:
            yield _diagnosis(trial, progress)


def _diagnosis(trial: Trial, progress: Progress) -> Diagnosis:
    transport = trial.attempt.transport
    held, hop = max(((held, hop) for hop, held in held_ms(trial).items()), default=(0.0, None))
    late = hop is not None and held >= LONG_MS
    before = f"{hop} had held it for {ms(held)}; it" if late else f"The opening of {transport}"
    left = f"{before} left for the browser after {ms(trial.after(progress.since_ms))}"
    return Diagnosis(
        about=trial.about,
        cause="response_held" if late else "opening_ignored",
        hop=hop if late else None,
        sentence=f"{left}, and nothing had come of it {ran_out(trial)}.",
        proof=journey(trial),
        hint=_hint(trial.kind),
    )


def _hint(kind: str) -> str:
    if kind == "htmlfile":
        return (
            "the answer of htmlfile is a page in a frame that sets its document.domain: where the engine then keeps "
            "it from the page, the page has to set its own, too, or the client to leave htmlfile out"
        )
    return "the events of the page tell what the browser made of the answer; leave this transport out where it cannot"
