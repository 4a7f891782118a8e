"""A hop asked for another URL than it was asked for, and the server did not know it."""

from collections.abc import Iterator

from lab.timeline.changes import changes_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis

ORDER = 43


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the path or the query differs between the two sides of a hop."""
    for ask in case.asks:
        changes = [one for one in changes_of(list(ask.sides.values())) if one.name == ":path" and one.hop]
        if not changes:
            continue
        change = changes[0]
        server = ask.sides.get("server")
        answered = f", which the server answered with {server.status}" if server and server.status else ""
        yield Diagnosis(
            about=ask.about,
            cause="url_changed",
            hop=change.hop,
            sentence=f"{change.hop} was asked for {change.before[0]} and asked for {change.after[0]}{answered}, "
            f"{ask.so}.",
            proof=[f"{change.source} saw {change.before[0]}", f"{change.target} saw {change.after[0]}"],
            hint=f"look at the rules of {change.hop} that rewrite paths; in nginx: whether location and proxy_pass "
            "both end with a slash",
        )
