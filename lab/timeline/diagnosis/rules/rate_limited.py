"""A hop refused a request because there had been too many, or because too many were under way."""

from collections.abc import Iterator

from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.results import Diagnosis
from lab.timeline.words import plural

ORDER = 39


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop answered 429, or 503 with a time to try again, or refused what it had passed on before."""
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or answer.asked or answer.status < 400:
            continue
        passed, under_way = _before(case, ask, answer.hop)
        again = ", ".join(answer.exchange.values("Retry-After", "response"))
        if answer.status != 429 and not (answer.status == 503 and again) and not _passed_alike(case, ask, answer.hop):
            continue
        yield Diagnosis(
            about=ask.about,
            cause="rate_limited",
            hop=answer.hop,
            sentence=f"{answer.hop} refused {ask.name} with {answer.status}, after it had passed "
            f"{plural(passed, 'request')} on and while {under_way} were under way, {ask.so}.",
            proof=[*ask.journey(), *([f"the answer says Retry-After: {again}"] if again else [])],
            hint=f"raise the limit of requests in {answer.hop}: a polling client makes one for every message, and "
            "needs two at once",
        )


def _before(case: Evidence, ask: Ask, hop: str) -> tuple[int, int]:
    """How many requests the hop had passed on before this one, and how many of them were not over."""
    at = next(one.t_ms for side, one in ask.sides.items() if side.startswith(f"{hop}."))
    earlier = [
        inward for where, _, inward in through_hops(case.exchanges, case.hops) if where == hop and inward.t_ms < at
    ]
    over = [min((e.t_ms for e in (one.end, one.error, one.closed) if e), default=float("inf")) for one in earlier]
    return len(earlier), sum(end > at for end in over)


def _passed_alike(case: Evidence, ask: Ask, hop: str) -> bool:
    """Whether the hop had passed on a request with the same method for the same path and got it answered well."""
    return any(
        where == hop
        and outward.t_ms < ask.nearest.t_ms
        and (outward.method, outward.path) == (ask.nearest.method, ask.nearest.path)
        and inward.status in (200, 204)
        for where, outward, inward in through_hops(case.exchanges, case.hops)
    )
