"""The server closed an open connection, with a code and a reason: no fault of the network by itself."""

from collections.abc import Iterator

from lab.timeline.attempts import of_browser
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 230


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the page was given a closing frame and the server's session says that the server closed it."""
    for life in case.lives:
        closed, session = life.closed, life.session_closed
        frames = [e for e in of_browser(case.events, life.connection) if e.kind == "frame.in"]
        told = bool(frames) and frames[-1].data.get("type") == "c"
        if closed is None or session is None or session.data.get("by") != "server" or not told:
            continue
        reason = closed.data.get("reason")
        age_ms = life.age_ms(session.t_ms)
        when = f"{ms(age_ms)} after it had opened" if age_ms >= 0 else "before the page was told that it was open"
        yield Diagnosis(
            about=life.about,
            cause="closed_by_server",
            hop=None,
            sentence=f"The server closed the connection with {closed.data.get('code')}"
            f"{f' ({reason})' if reason else ''}, {when}.",
            proof=[f"the server's session ended with {session.data.get('code')} by the server"],
            hint="see the application; 3000 with a word on heartbeats: the server missed the answer to its ping",
        )
