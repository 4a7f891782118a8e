"""A request got an answer that is not its own: refused by a hop or by the server, and no rule before knew better."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis

ORDER = 65
CAUSES = ("request_answered", "request_refused")


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the status is not 200 or 204, or where a hop made the answer without the server.

    Not of the handshake of a websocket that failed, which has rules of its own.
    """
    for ask in case.asks:
        answer = ask.answer
        if answer is None or (ask.trial is not None and ask.trial.kind == "websocket"):
            continue
        if answer.hop is None and answer.status in (101, 200, 204, 304):
            continue
        if ask.life is not None and answer.status in (101, 200, 204, 304):
            continue
        method = answer.exchange.method
        request = f"{method} {answer.exchange.path}"
        if answer.hop is None:
            sentence = f"The server refused {request} with {answer.status}"
            hint = "a 404 or 500 here often is another node than the one that has the session: see about stickiness"
        else:
            why = f"in place of the {answer.was} that it was given" if answer.was else "and the server was not asked"
            sentence = f"{answer.hop} answered {request} with {answer.status}, {why}"
            hint = f"let {answer.hop} pass {method} below the endpoint's path"
        yield Diagnosis(
            about=ask.about,
            cause="request_answered" if answer.hop else "request_refused",
            hop=answer.hop,
            sentence=f"{sentence}, {ask.so}." if ask.life else f"{sentence}.",
            proof=ask.journey(),
            hint=hint,
        )
