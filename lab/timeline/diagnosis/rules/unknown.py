"""The last rule: the evidence does not suffice, and what there is of it."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, journey
from lab.timeline.join import Trial
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 1000


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for every attempt that is left."""
    for trial in case.trials:
        yield Diagnosis(
            about=trial.about,
            cause="unknown",
            hop=None,
            sentence=f"The evidence does not say why {trial.attempt.transport} {_ended(trial)}: {_last_seen(trial)}.",
            proof=journey(trial),
            hint="the case's events.ndjson holds everything that was seen",
        )

    for life in case.lives:
        if life.trouble:
            yield Diagnosis(
                about=life.about,
                cause="unknown",
                hop=None,
                sentence=f"The evidence does not say why the open {life.transport} connection had trouble: "
                f"{life.trouble}.",
                proof=[f"it was opened at {ms(life.opened_ms)} and watched for {ms(life.until_ms - life.opened_ms)}"],
                hint="the case's events.ndjson holds everything that was seen",
            )


def _ended(trial: Trial) -> str:
    return f"{trial.attempt.outcome} after {ms(trial.age_ms)}"


def _last_seen(trial: Trial) -> str:
    if trial.url is None:
        return "its URL was not recorded, so no request can be told to be its own"
    progress = progress_of(trial)
    after = ms(trial.after(progress.since_ms))
    match progress.place:
        case "arrived":
            return f"its opening had left for the browser after {after}"
        case "browser":
            return "nobody outside the browser saw its request"
        case "wire":
            maybe = f", unless {progress.hop} had it, which showed nothing" if progress.hop else ""
            return f"after {after} it was on its way between two vantages{maybe}"
        case "server":
            return f"the server had its request after {after}"
        case "hop":
            what = "its opening" if progress.direction == "down" else "its request"
            return f"{progress.hop} had {what} after {after}"
