"""A hop changed the text of messages of an open connection."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.diagnosis.passing import passings_of
from lab.timeline.results import Diagnosis

ORDER = 224


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where texts left the hop that had not come."""
    for one in passings_of(case):
        count = one.found.corrupted
        if count:
            hint = f"use wss or https, which {one.hop} can read only if it intercepts TLS"
            yield one.diagnosis("changed the text of", count, cause="messages_changed", hint=hint)
