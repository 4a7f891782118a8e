"""A hop passed messages of an open connection on in another order."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.diagnosis.passing import passings_of
from lab.timeline.results import Diagnosis

ORDER = 223


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where what left the hop stands in another order than it came in."""
    for one in passings_of(case):
        count = one.found.reordered
        if count:
            hint = f"a session keeps its order by itself: look for what queues and sorts in {one.hop}"
            yield one.diagnosis("put out of order", count, cause="messages_reordered", hint=hint)
