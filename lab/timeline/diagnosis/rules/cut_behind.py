"""A hop answered with an error of its own because another, behind it, had ended the connection."""

from collections.abc import Iterator

from lab.timeline.diagnosis.answers import Answer
from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import cut_of
from lab.timeline.exchanges import hop_of
from lab.timeline.results import Diagnosis
from lab.timeline.wires import Wire, turned_away_in
from lab.timeline.words import plural

ORDER = 29
CAUSES = ("connection_cut",)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop that made a 5xx had asked, and a hop nearer to the server had ended that by itself."""
    turned_away = turned_away_in(case.wires)
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or not answer.asked or answer.was is not None or answer.status < 500:
            continue
        behind = case.hops[case.hops.index(answer.hop) + 1 :]
        answered = answer.exchange.response.t_ms if answer.exchange.response else ask.until_ms
        cut = cut_of(ask.whole, behind, answered, case.tcp_ends) if ask.whole is not None else None
        if cut is None:
            yield from _refused(ask, answer, [one for one in turned_away if hop_of(one.side) in behind], answered)
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


def _refused(ask: Ask, answer: Answer, turned_away: list[Wire], answered_ms: float) -> Iterator[Diagnosis]:
    for wire in turned_away:
        if ask.nearest.t_ms <= wire.opened_ms <= answered_ms:
            hop = hop_of(wire.side)
            yield Diagnosis(
                about=ask.about,
                cause="connection_cut",
                hop=hop,
                sentence=f"{hop} refused the connection for {ask.name} {ask.when(wire.opened_ms)}, before it "
                f"had read a byte: {answer.hop} then answered {answer.status}, {ask.so}.",
                proof=[
                    f"{wire.side} saw the connection end from {hop}'s side, {hop}.server saw none",
                    *ask.journey(),
                ],
                hint=f"look for a limit of connections in {hop}; a client over HTTP needs two at once",
            )
            return
