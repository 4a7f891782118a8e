"""A hop ended an open connection because nothing had passed for a while."""

from collections.abc import Iterator

from lab.timeline.diagnosis.cuts import Verdict, verdicts_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 200


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the silence before the cut was longer than any that it had survived."""
    for found in verdicts_of(case):
        if found.kind == "idle":
            yield _diagnosis(found)


def _diagnosis(found: Verdict) -> Diagnosis:
    cut, life = found.cut, found.life
    how = f" {cut.how}" if cut.how else ""
    return Diagnosis(
        about=life.about,
        cause="idle_cut",
        hop=cut.hop,
        sentence=f"{cut.hop} ended the {life.transport} connection{how} after {ms(cut.silence_ms)} of silence, "
        f"{ms(cut.age_ms)} after it was made; shorter silences, up to {ms(cut.longest_gap_ms)}, it had let pass.",
        proof=list(cut.proof),
        hint=f"raise the idle limit of {cut.hop}, or set the server's heartbeat below {ms(cut.silence_ms)}: "
        "SockJS servers send one after 25 s of silence by default",
    )
