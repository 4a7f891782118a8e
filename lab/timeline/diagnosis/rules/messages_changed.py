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
            yield Diagnosis(
                about=one.life.about,
                cause="messages_changed",
                hop=one.hop,
                sentence=one.told("changed the text of", count),
                proof=one.proof(),
                hint=f"use wss or https, which {one.hop} can read only if it intercepts TLS",
            )
