"""A hop refused a request for its method: it takes GET and no POST."""

from collections.abc import Iterator

from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.results import Diagnosis

ORDER = 42

_STATUSES = (403, 405, 501)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the status or Allow says so, or where the hop passed GETs and nothing with this method."""
    for ask in case.asks:
        answer = ask.answer
        method = ask.nearest.method
        if answer is None or answer.hop is None or answer.asked or answer.status not in _STATUSES or method == "GET":
            continue
        allowed = ", ".join(answer.exchange.values("Allow", "response"))
        typed = bool(answer.exchange.values("Content-Type"))
        if answer.status == 403 and not allowed and (typed or not _only_others_pass(case, ask, answer.hop)):
            continue  # As well the type, the path or the host can be what it does not like.
        yield Diagnosis(
            about=ask.about,
            cause="method_refused",
            hop=answer.hop,
            sentence=f"{answer.hop} takes no {method}: it answered {ask.name} with {answer.status}"
            f"{f' (Allow: {allowed})' if allowed else ''} and did not ask the server, {ask.so}.",
            proof=ask.journey(),
            hint=f"allow {method} in {answer.hop} below the endpoint's path; transports that receive by GET open "
            "without it, and then cannot send",
        )


def _only_others_pass(case: Evidence, ask: Ask, hop: str) -> bool:
    """Whether the hop passed requests with other methods, and none with this."""
    methods = {outward.method for where, outward, _ in through_hops(case.exchanges, case.hops) if where == hop}
    return bool(methods) and ask.nearest.method not in methods
