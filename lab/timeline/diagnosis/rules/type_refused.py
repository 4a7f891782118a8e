"""A hop refused a request or an answer for its content type."""

from collections.abc import Iterator

from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.exchanges import Exchange
from lab.timeline.results import Diagnosis

ORDER = 41

_STATUSES = (400, 403, 406, 415)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the hop passed what differs in nothing but the type, or where the status says so (415, 406)."""
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or answer.status not in _STATUSES:
            continue
        if answer.asked:
            inward = ask.sides[f"{answer.hop}.server"]
            kind = ", ".join(inward.values("Content-Type", "response")).partition(";")[0]
            what, hint = f"the server's answer of type {kind}", kind
            known = (
                answer.was == 200 and bool(kind) and (answer.status == 415 or _other_answers(case, answer.hop, kind))
            )
        else:
            kind = ", ".join(answer.exchange.values("Content-Type")).partition(";")[0]
            what, hint = f"its body of type {kind}", kind
            known = bool(kind) and (answer.status == 415 or _other_requests(case, ask, answer.hop, kind))
        if known:
            yield Diagnosis(
                about=ask.about,
                cause="type_refused",
                hop=answer.hop,
                sentence=f"{answer.hop} refused {what}: it answered {ask.name} with {answer.status}, {ask.so}; "
                "what is of another type it passes.",
                proof=ask.journey(),
                hint=f"allow the type {hint} in {answer.hop} below the endpoint's path",
            )


def _types(exchange: Exchange, kind: str) -> bool:
    return any(value.startswith(kind) for value in exchange.values("Content-Type", "response"))


def _other_answers(case: Evidence, hop: str, kind: str) -> bool:
    """Whether the hop passed a 200 of another type, and none of this."""
    passed = [
        inward
        for where, outward, inward in through_hops(case.exchanges, case.hops)
        if where == hop and inward.status == outward.status == 200
    ]
    return bool(passed) and not any(_types(one, kind) for one in passed)


def _other_requests(case: Evidence, ask: Ask, hop: str, kind: str) -> bool:
    """Whether the hop passed a request with the same method and without this type."""
    return any(
        where == hop
        and outward.method == ask.nearest.method
        and not any(value.startswith(kind) for value in outward.values("Content-Type"))
        for where, outward, _ in through_hops(case.exchanges, case.hops)
    )
