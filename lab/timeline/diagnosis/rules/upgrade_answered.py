"""A hop, and not the server, answered the request for the websocket."""

from collections.abc import Iterator

from lab.timeline.diagnosis import http2
from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence, journey, request_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 60


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the status that left for the browser was made by a hop."""
    for trial in case.trials:
        answer = answer_of(request_of(trial), case.hops, trial.until_ms + GRAIN_MS)
        if trial.kind != "websocket" or answer is None or answer.hop is None or answer.status == 101:
            continue
        if answer.was is not None:
            how = f"in place of the {answer.was} that it was given"
        elif answer.asked:
            how = "without waiting for the server's answer"
        else:
            how = "and did not pass it on"
        after = ms(trial.after(answer.exchange.response.t_ms)) if answer.exchange.response else "some time"
        yield Diagnosis(
            about=trial.about,
            cause="upgrade_answered",
            hop=answer.hop,
            sentence=f"{answer.hop} answered {http2.handshake(trial)} with {answer.status} after {after} {how}.",
            proof=journey(trial),
            hint=http2.hint(
                trial,
                f"allow websockets in {answer.hop}; where it is not yours, use wss, which it cannot read "
                "unless it intercepts TLS",
            ),
        )
