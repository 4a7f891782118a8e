"""A hop, or the server, asked for credentials that a SockJS client cannot give by itself."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 35

_STATUSES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a CONNECT or a request was answered with 407 or 401."""
    for trial in case.trials:
        asked = [one for one in trial.connects if one.status in _STATUSES]
        if asked and not trial.seen():
            one = max(asked, key=lambda connect: trial.hops.index(connect.hop))
            yield Diagnosis(
                about=trial.about,
                cause="auth_required",
                hop=one.hop,
                sentence=f"{one.hop} asked for credentials: it answered CONNECT {one.host}:{one.port} "
                f"with {one.status} after {ms(trial.after(one.answered_ms or one.t_ms))}, and a browser gives none "
                "for a websocket.",
                proof=[f"{one.hop}.client saw CONNECT {one.host}:{one.port} and the answer {one.status}"],
                hint=f"let {one.hop} pass the endpoint's host without credentials, or give the browser some",
            )
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.status not in _STATUSES:
            continue
        scheme = " ".join(answer.exchange.values(_STATUSES[answer.status], "response")).partition(" ")[0]
        who = answer.hop or "The server"
        yield Diagnosis(
            about=ask.about,
            cause="auth_required",
            hop=answer.hop,
            sentence=f"{who} asked for credentials{f' ({scheme})' if scheme else ''}: it answered {ask.name} with "
            f"{answer.status}, {ask.so}.",
            proof=ask.journey(),
            hint=f"let {answer.hop or 'the server'} pass what is below the endpoint's path without credentials, "
            "or have the user log in before the client is created",
        )
