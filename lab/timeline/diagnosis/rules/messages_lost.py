"""A hop lost messages of an open connection, while others passed."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.diagnosis.passing import passings_of
from lab.timeline.results import Diagnosis

ORDER = 205


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where one is missing and a later one left: what only stops is told by another rule."""
    for one in passings_of(case):
        count = one.found.lost
        if count and one.last_passed:
            hint = f"let the application send again what is not answered; look for what {one.hop} dislikes in it"
            yield one.diagnosis("did not pass on", count, cause="messages_lost", hint=hint)
