"""A request was answered with a redirect, which changes POST to GET, leads to another page, or ends a websocket."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis

ORDER = 36


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the status that left for the browser was 301, 302, 303, 307 or 308."""
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.status not in (301, 302, 303, 307, 308):
            continue
        target = ", ".join(answer.exchange.values("Location", "response")) or "nowhere"
        yield Diagnosis(
            about=ask.about,
            cause="redirected",
            hop=answer.hop,
            sentence=f"{answer.hop or 'The server'} redirected {ask.name} to {target} with {answer.status}, "
            f"{ask.so}.",
            proof=ask.journey(),
            hint=f"give the client the URL that it ends at; where that is a login page, the session of the user with "
            f"{answer.hop or 'the server'} is over",
        )
