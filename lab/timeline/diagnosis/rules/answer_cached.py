"""A hop gave an answer that it had kept, though what SockJS answers is never the same twice."""

from collections.abc import Iterator

from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 38


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop answered a GET with 200 and did not ask the server, which had answered the same before."""
    for ask in case.asks:
        answer = ask.answer
        if (
            answer is None
            or answer.hop is None
            or answer.asked
            or answer.status != 200
            or ask.nearest.method != "GET"
        ):
            continue
        age = ", ".join(answer.exchange.values("Age", "response"))
        before = _before(case, ask, answer.hop)
        if not age and before is None:
            continue
        from_when = f", which it had been given {ms(ask.nearest.t_ms - before)} before" if before is not None else ""
        yield Diagnosis(
            about=ask.about,
            cause="answer_cached",
            hop=answer.hop,
            sentence=f"{answer.hop} answered {ask.name} from a cache{f' (Age: {age})' if age else ''}{from_when}, "
            f"and the server was not asked, {ask.so}.",
            proof=ask.journey(),
            hint=f"switch caching off in {answer.hop} below the endpoint's path; the server says no-store",
        )


def _before(case: Evidence, ask: Ask, hop: str) -> float | None:
    """When the hop had last passed on a request for the same path that was answered 200."""
    times = [
        outward.t_ms
        for at, outward, inward in through_hops(case.exchanges, case.hops)
        if at == hop and outward.path == ask.nearest.path and inward.status == 200 and outward.t_ms < ask.nearest.t_ms
    ]
    return max(times, default=None)
