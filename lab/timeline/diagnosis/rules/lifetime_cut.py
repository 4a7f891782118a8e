"""A hop ended an open connection because it was so old, though it was in use."""

from collections.abc import Iterator

from lab.timeline.diagnosis.cuts import verdicts_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 201


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where it had survived a longer silence, or its age is a round figure and the silence not."""
    for found in verdicts_of(case):
        if found.kind != "lifetime":
            continue
        cut, life = found.cut, found.life
        how = f" {cut.how}" if cut.how else ""
        survived = ""
        if cut.longest_gap_ms > cut.silence_ms:
            survived = f" though nothing had passed for only {ms(cut.silence_ms)}, and it had let "
            survived += f"{ms(cut.longest_gap_ms)} of silence pass before"
        yield Diagnosis(
            about=life.about,
            cause="lifetime_cut",
            hop=cut.hop,
            sentence=f"{cut.hop} ended the {life.transport} connection{how} {ms(cut.age_ms)} after it was made"
            f"{survived}.",
            proof=list(cut.proof),
            hint=f"raise the longest life of connections in {cut.hop}; heartbeats do not help: let the application "
            "connect again",
        )
