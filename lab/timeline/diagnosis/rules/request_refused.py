"""A transport other than websocket got an answer that is not its own: refused, or given another page."""

from collections.abc import Iterator

from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence, journey, request_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis

ORDER = 65


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the status is not 200, or where a hop made the answer without the server."""
    for trial in case.trials:
        answer = answer_of(request_of(trial), case.hops, trial.until_ms + GRAIN_MS)
        if trial.kind == "websocket" or answer is None or (answer.hop is None and answer.status == 200):
            continue
        method = answer.exchange.method
        request = f"{method} {answer.exchange.path}"
        if answer.hop is None:
            sentence = f"The server refused {request} with {answer.status}."
            hint = "a 404 or 500 here often is another node than the one that has the session: see about stickiness"
        else:
            why = f"in place of the {answer.was} that it was given" if answer.was else "and the server was not asked"
            sentence = f"{answer.hop} answered {request} with {answer.status}, {why}."
            hint = f"let {answer.hop} pass {method} below the endpoint's path"
        yield Diagnosis(
            about=trial.about,
            cause="request_answered" if answer.hop else "request_refused",
            hop=answer.hop,
            sentence=sentence,
            proof=journey(trial),
            hint=hint,
        )
