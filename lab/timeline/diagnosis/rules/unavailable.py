"""The browser closed the transport at once, without a request."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 130

AT_ONCE_MS = 250.0
"""eventsource waits 200 ms before it says that it was closed (sockjs-client, lib/transport/receiver/)."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where no vantage saw anything of it. Where a tunnel was open, nobody can know."""
    for trial in case.trials:
        if trial.attempt.outcome != "failed" or trial.url is None or trial.age_ms > AT_ONCE_MS:
            continue
        seen = [
            one
            for exchanges in (*trial.sides.values(), *trial.pages.values())
            for one in exchanges
            if one.t_ms <= trial.until_ms + GRAIN_MS
        ]
        if seen or trial.connects or _tunnelled(case, trial.url):
            continue
        yield Diagnosis(
            about=trial.about,
            cause="unavailable",
            hop=None,
            sentence=f"The browser closed {trial.attempt.transport} after {ms(trial.age_ms)} without a request that "
            "anyone else saw: it cannot do this transport here, or could not connect.",
            proof=["no hop and no server saw a request or a CONNECT for it"],
            hint="see the browser's console for what it refused: mixed content, a content security policy, "
            "a blocked port",
        )


def _tunnelled(case: Evidence, url: str) -> bool:
    """Whether the endpoint is spoken to with TLS and a hop saw none of what passed through it."""
    readable = {one.side.rpartition(".")[0] for one in case.exchanges}
    return url.startswith(("https:", "wss:")) and any(hop not in readable for hop in case.hops)
