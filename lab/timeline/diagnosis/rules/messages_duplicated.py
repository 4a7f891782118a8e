"""A hop passed messages of an open connection on more than once."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.diagnosis.passing import passings_of
from lab.timeline.results import Diagnosis

ORDER = 222


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a text left the hop more often than it came."""
    for one in passings_of(case):
        count = one.found.duplicated
        if count:
            hint = "let messages carry a number by which the application tells a repetition"
            yield one.diagnosis("repeated", count, cause="messages_duplicated", hint=hint)
