"""A hop refused a request for its method: it takes GET and no POST."""

from collections.abc import Iterator

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
        passed = _methods_passed(case, answer.hop)
        if answer.status == 403 and not allowed and (typed or not passed or method in passed):
            continue  # As well the type, the path or the host can be what it does not like.
        taken = (
            f"takes no {method}" if method not in passed else f"passed {method} elsewhere, and does not take it here"
        )
        yield Diagnosis(
            about=ask.about,
            cause="method_refused",
            hop=answer.hop,
            sentence=f"{answer.hop} {taken}: it answered {ask.name} with {answer.status}"
            f"{f' (Allow: {allowed})' if allowed else ''} and did not ask the server, {ask.so}.",
            proof=ask.journey(),
            hint=f"allow {method} in {answer.hop} below the endpoint's path; transports that receive by GET open "
            "without it, and then cannot send",
        )


def _methods_passed(case: Evidence, hop: str) -> set[str]:
    """The methods of the requests that the hop passed on."""
    return {outward.method for where, outward, _ in through_hops(case.exchanges, case.hops) if where == hop}
