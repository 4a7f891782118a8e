"""A hop ended the exchange before its time: reset, or closed without an answer."""

from collections.abc import Iterator

from lab.timeline.diagnosis import http2
from lab.timeline.diagnosis.evidence import Evidence, journey, request_of
from lab.timeline.ends import cut_of
from lab.timeline.exchanges import Exchange, hop_of
from lab.timeline.join import GRAIN_MS, Trial
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 90


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for attempts that failed by themselves while a hop had them and the server had ended nothing."""
    for trial in case.trials:
        if trial.attempt.outcome != "failed":
            continue
        sides = request_of(trial)
        if not sides or not (found := _by_ends(case, trial) or _cut(trial, sides)):
            continue
        hop, how, at = found
        yield Diagnosis(
            about=trial.about,
            cause="connection_cut",
            hop=hop,
            sentence=f"{hop} {how}; the browser saw the connection end {ms(trial.age_ms)} after the attempt began.",
            proof=[*journey(trial), *at],
            hint=http2.hint(trial, f"look for a rule, a limit or a time in {hop} that ends this kind of connection"),
        )


def _by_ends(case: Evidence, trial: Trial) -> tuple[str, str, list[str]] | None:
    """The hop whose connection ended without anybody else having ended it."""
    whole = next((ask.whole for ask in case.asks if ask.trial is trial and not ask.page), None)
    cut = cut_of(whole, case.hops, trial.until_ms + GRAIN_MS, case.tcp_ends) if whole is not None else None
    if cut is None:
        return None
    how = f" {cut.how}" if cut.how else ""
    return (
        cut.hop,
        f"ended the {http2.carrier(trial, cut.hop)}{how} after {ms(trial.after(cut.t_ms))}",
        list(cut.proof),
    )


def _cut(trial: Trial, sides: dict[str, Exchange]) -> tuple[str, str, list[str]] | None:
    """The hop, what it did, and the errors seen, in the order in which they were seen."""
    late = trial.until_ms + GRAIN_MS
    errors = sorted(
        (one.error for one in sides.values() if one.error and one.error.t_ms <= late), key=lambda error: error.t_ms
    )
    proof = [f"{e.vantage} saw after {ms(trial.after(e.t_ms))}: {e.data.get('text', 'an error')}" for e in errors]
    server = sides.get("server")
    if server and server.end and server.end.data.get("why") != "client gone" and server.end.t_ms <= late:
        return None  # The server had ended its answer: nobody cut it.
    nearest, furthest = (sides[side] for side in (next(iter(sides)), list(sides)[-1]))
    answered = nearest.status is not None
    if furthest.side.endswith(".client") and furthest.status is None:
        after = ms(trial.after(furthest.t_ms))
        return furthest.side.removesuffix(".client"), f"had the request after {after} and gave no answer", proof
    if answered and errors and errors[0].vantage == nearest.side:
        return None  # As well the browser can have turned away from an answer that it had begun to get.
    if errors and errors[0].data.get("by", "hop") == "hop" and (hop := hop_of(errors[0].vantage)):
        return hop, f"ended the {http2.carrier(trial, hop)} after {ms(trial.after(errors[0].t_ms))}", proof
    return None
