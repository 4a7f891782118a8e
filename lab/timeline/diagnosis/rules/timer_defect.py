"""The client's own defect: the timer of an earlier transport ended this one.

sockjs-client 1.0.0 to 1.6.1 does not clear the timer of a transport that failed fast (lib/main.js, ``_connect``).
Where the attempt had most of its time all the same and a hop held it for that long, the hop is the reason.
"""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 30


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for attempts that another transport's timer ended."""
    for trial in case.trials:
        attempt = trial.attempt
        if attempt.outcome != "timed out" or attempt.timer_of in (None, attempt.transport):
            continue
        progress = progress_of(trial)
        if progress.place == "hop" and trial.until_ms - progress.since_ms >= trial.allowed_ms / 2:
            continue
        release = f"sockjs-client {case.version}" if case.version else "sockjs-client"
        given = f" of its {ms(attempt.budget_ms)}" if attempt.budget_ms else ""
        yield Diagnosis(
            about=trial.about,
            cause="timer_defect",
            hop=None,
            sentence=f"{attempt.transport} had {ms(trial.age_ms)}{given}: then the timer that {release} had set "
            f"for {attempt.timer_of} ended it. This is a defect of the client, found in 1.0.0 to 1.6.1.",
            proof=[f"the timer that fired was set for {attempt.timer_of}, which had ended before"],
            hint="leave transports that fail here out of the client's `transports`, or make the first of them work: "
            "a transport that fails fast leaves its timer behind",
        )
