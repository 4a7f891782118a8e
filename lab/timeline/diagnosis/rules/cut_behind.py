"""A hop answered with an error of its own because another, behind it, had ended the connection."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import cut_of
from lab.timeline.results import Diagnosis
from lab.timeline.words import plural

ORDER = 29


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop that made a 5xx had asked, and a hop nearer to the server had ended that by itself."""
    tcp_ends = [event for event in case.events if event.kind == "tcp.end"]
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or not answer.asked or answer.was is not None or answer.status < 500:
            continue
        behind = case.hops[case.hops.index(answer.hop) + 1 :]
        answered = answer.exchange.response.t_ms if answer.exchange.response else ask.until_ms
        cut = cut_of(ask.whole, behind, answered, tcp_ends) if ask.whole is not None else None
        if cut is None:
            continue
        dropped = f", with {plural(cut.dropped, cut.units)} that it did not pass on" if cut.dropped else ""
        yield Diagnosis(
            about=ask.about,
            cause="connection_cut",
            hop=cut.hop,
            sentence=f"{cut.hop} ended the connection of {ask.name}{f' {cut.how}' if cut.how else ''} "
            f"{ask.when(cut.t_ms)}{dropped}: {answer.hop} then answered {answer.status}, {ask.so}.",
            proof=[*cut.proof, *ask.journey()],
            hint=f"look for a rule, a limit or a time in {cut.hop} that ends this kind of connection",
        )
