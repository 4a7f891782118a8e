"""A hop gave up waiting for the server's answer and made one of its own: a gateway timeout."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 34

LONG_MS = 500.0
"""An answer made sooner than this was made for another reason."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop answered 5xx a while after it had asked the server, which had not answered by then."""
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or not answer.asked or answer.was is not None or answer.status < 500:
            continue
        inward = ask.sides[f"{answer.hop}.server"]
        left = answer.exchange.response
        waited = left.t_ms - inward.t_ms if left else 0.0
        if waited < LONG_MS:
            continue
        yield Diagnosis(
            about=ask.about,
            cause="answer_timed_out",
            hop=answer.hop,
            sentence=f"{answer.hop} waited {ms(waited)} for the server to answer {ask.name}, then answered "
            f"{answer.status} by itself, {ask.so}.",
            proof=ask.journey(),
            hint=f"raise the time that {answer.hop} waits for the first byte above the server's heartbeat (25 s by "
            f"default), or set the heartbeat below {ms(waited)}: a poll with nothing to say is answered by that",
        )
