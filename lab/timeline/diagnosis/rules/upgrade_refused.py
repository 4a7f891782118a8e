"""The server itself refused the websocket, though it was asked for it in full."""

from collections.abc import Iterator

from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence, journey, request_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis

ORDER = 70


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the server saw the upgrade and its own status, other than 101, left for the browser."""
    for trial in case.trials:
        sides = request_of(trial)
        answer = answer_of(sides, case.hops, trial.until_ms + GRAIN_MS)
        if trial.kind != "websocket" or answer is None or answer.hop is not None or answer.status == 101:
            continue
        if "server" in sides and not sides["server"].asks_upgrade:
            continue
        yield Diagnosis(
            about=trial.about,
            cause="upgrade_refused",
            hop=None,
            sentence=f"The server refused the websocket with {answer.status}, though it was asked for it in full.",
            proof=journey(trial),
            hint="switch websocket on in the server, or let its /info say that it is off, so that clients do not try",
        )
