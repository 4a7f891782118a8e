"""A hop changed a header without which the transport does not work."""

from collections.abc import Iterator

from lab.timeline.changes import changes_of
from lab.timeline.diagnosis.asks import Ask
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis
from lab.timeline.tree import Change
from lab.timeline.words import listed

ORDER = 45

_REQUEST = {"sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol", "origin"}
_ANSWER = {"sec-websocket-accept", "sec-websocket-protocol"}
_TYPED = ("eventsource", "htmlfile")
"""The transports whose answers browsers take only with their own content type."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a handshake was refused or not accepted, or a stream had another type than its own."""
    for ask in case.asks:
        changes = [one for one in changes_of(list(ask.sides.values())) if one.hop and _matters(one, ask)]
        if not changes:
            continue
        hop, of = changes[0].hop, changes[0].of
        changes = [one for one in changes if (one.hop, one.of) == (hop, of)]
        what = "the request" if of == "request" else "the answer"
        server = ask.sides.get("server")
        refused = of == "request" and server is not None and server.status is not None and server.status >= 400
        yield Diagnosis(
            about=ask.about,
            cause="headers_changed",
            hop=hop,
            sentence=f"{hop} {listed([_told(one) for one in changes])} in {what} of {ask.name}"
            f"{f', so that the server answered {server.status}' if refused and server else ''}, {ask.so}.",
            proof=[f"{side} saw {_values(one, side)}" for one in changes for side in (one.source, one.target)],
            hint=f"let {hop} leave {listed([one.name for one in changes])} as it is",
        )


def _matters(change: Change, ask: Ask) -> bool:
    kind = ask.trial.kind if ask.trial else ask.life.kind if ask.life else ""
    name = change.name.lower()
    if ask.life is not None:
        return False
    if kind == "websocket":
        server = ask.sides.get("server")
        if change.of == "response":
            return name in _ANSWER and ask.nearest.status == 101
        return name in _REQUEST and server is not None and server.status is not None and server.status >= 400
    if change.of == "response" and name == "content-type" and kind in _TYPED and not ask.page:
        answered = ask.nearest.response
        return answered is not None and answered.t_ms <= ask.until_ms + GRAIN_MS
    return False


def _told(change: Change) -> str:
    if not change.after:
        return f"removed {change.name}"
    if not change.before:
        return f"added {change.name}: {', '.join(change.after)}"
    return f'changed {change.name} from "{", ".join(change.before)}" to "{", ".join(change.after)}"'


def _values(change: Change, side: str) -> str:
    values = change.before if side == change.source else change.after
    return f"{change.name}: {', '.join(values) or 'absent'}"
