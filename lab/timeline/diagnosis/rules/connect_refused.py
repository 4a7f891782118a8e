"""A forward proxy refused the CONNECT that a websocket, or TLS, needs."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 40


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a CONNECT was answered with other than 2xx and no request of the attempt was seen."""
    for trial in case.trials:
        refused = [one for one in trial.connects if one.status is not None and not 200 <= one.status < 300]
        if trial.seen() or not refused:
            continue
        # In a chain each proxy passes the refusal back: the one furthest from the browser made it.
        one = max(refused, key=lambda connect: trial.hops.index(connect.hop))
        hint = f"allow CONNECT to port {one.port} in {one.hop}, or serve the endpoint on port 443 with TLS"
        if one.status == 407:
            hint = (
                f"{one.hop} wants credentials, which a browser may not give for a websocket: allow the host without"
            )
        yield Diagnosis(
            about=trial.about,
            cause="connect_refused",
            hop=one.hop,
            sentence=f"{one.hop} refused CONNECT {one.host}:{one.port} with {one.status} "
            f"after {ms(trial.after(one.answered_ms or one.t_ms))}, so {trial.attempt.transport} got no further.",
            proof=[f"{one.hop}.client saw CONNECT {one.host}:{one.port} and the answer {one.status}"],
            hint=hint,
        )
