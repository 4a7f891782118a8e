"""A hop changed what the two ends of a websocket agree on, so that one of them gets frames it cannot read."""

from collections.abc import Iterator

from lab.timeline.changes import changes_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis

ORDER = 46


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where Sec-WebSocket-Extensions differs between the two sides of a hop, in the answer with 101."""
    for ask in case.asks:
        for change in changes_of(list(ask.sides.values())):
            if change.name.lower() != "sec-websocket-extensions" or change.of != "response" or not change.hop:
                continue
            before, after = (", ".join(values) or "no extension" for values in (change.before, change.after))
            yield Diagnosis(
                about=ask.about,
                cause="extensions_changed",
                hop=change.hop,
                sentence=f"{change.hop} told the browser of {after}, where the server had agreed to {before}: one "
                f"end gets frames that it cannot read, {ask.so}.",
                proof=[
                    f"{change.source} saw Sec-WebSocket-Extensions: {', '.join(change.before) or 'absent'}",
                    f"{change.target} saw Sec-WebSocket-Extensions: {', '.join(change.after) or 'absent'}",
                ],
                hint=f"switch compression of websockets off at both ends, or update {change.hop}",
            )
            break
