"""The browser asked for leave first (OPTIONS), and did not get it, so that the request itself was never sent."""

from collections.abc import Iterator

from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.join import GRAIN_MS, is_own, session_path
from lab.timeline.results import Diagnosis

ORDER = 31


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where an OPTIONS of an attempt was answered with other than 2xx and nothing followed it."""
    for trial in case.trials:
        shape = session_path(trial.url, trial.attempt.transport) if trial.url else None
        if trial.seen() or shape is None:
            continue
        for one in case.requests:
            sides = one.read()
            if one.first.method != "OPTIONS" or not sides or not is_own(one.path, shape[1], trial.attempt.transport):
                continue
            answer = answer_of(sides, case.hops, trial.until_ms + GRAIN_MS)
            if answer is not None and not 200 <= answer.status < 300:
                who = answer.hop or "The server"
                yield Diagnosis(
                    about=trial.about,
                    cause="preflight_refused",
                    hop=answer.hop,
                    sentence=f"{who} answered OPTIONS {one.path} with {answer.status}: the browser asked for "
                    f"leave to send the request of {trial.attempt.transport}, and did not send it.",
                    proof=[
                        f"{side} saw OPTIONS {x.path}, answered {x.status or 'by nobody'}"
                        for side, x in sides.items()
                    ],
                    hint="answer OPTIONS with 204 and CORS headers, without asking for credentials",
                )
                break
