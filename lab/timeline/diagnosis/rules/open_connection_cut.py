"""A hop ended an open connection, and the evidence does not say whether for silence, age or volume."""

from collections.abc import Iterator

from lab.timeline.diagnosis.cuts import verdicts_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms, plural

ORDER = 202
CAUSES = ("connection_cut",)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for every cut that no rule before has told more of."""
    for found in verdicts_of(case):
        cut, life = found.cut, found.life
        how = f" {cut.how}" if cut.how else ""
        dropped = f"; {plural(cut.dropped, cut.units)} more had come to it" if cut.dropped else ""
        if found.kind == "volume":
            when = f"right after {plural(cut.passed, cut.units)} had passed{dropped}"
            hint = f"look for a limit of size or number in {cut.hop}, or for what it does not like in the message"
        else:
            when = f"{ms(cut.age_ms)} after it was made, the last {ms(cut.silence_ms)} of it in silence"
            when += ": the evidence does not say whether for the one or the other"
            hint = f"look for an idle limit and for a longest life of connections in {cut.hop}; against the former, "
            hint += f"set the server's heartbeat below {ms(cut.silence_ms)}"
        yield Diagnosis(
            about=life.about,
            cause="connection_cut",
            hop=cut.hop,
            sentence=f"{cut.hop} ended the {life.transport} connection{how} {when}.",
            proof=list(cut.proof),
            hint=hint,
        )
