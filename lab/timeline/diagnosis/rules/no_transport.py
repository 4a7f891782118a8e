"""The client tried no transport, though it had /info: none that it may use works in this browser, at this origin."""

from collections.abc import Iterator

from lab.timeline.attempts import MAIN, connection_of, of_browser
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis
from lab.timeline.words import listed

ORDER = 12


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a connection had its /info, closed, and had no attempt."""
    for new in of_browser(case.events):
        name = connection_of(new)
        if new.kind != "client.new" or any(attempt.connection == name for attempt in case.attempts):
            continue
        own = [event for event in of_browser(case.events, name) if event.t_ms >= new.t_ms]
        info = next((event for event in own if event.kind == "info.end" and event.data.get("ok")), None)
        closed = next((event for event in own if event.kind == "client.close"), None)
        if info is None or closed is None or closed.data.get("was_clean"):
            continue
        options = new.data.get("options")
        wanted = options.get("transports") if isinstance(options, dict) else None
        may = f" of {listed([wanted] if isinstance(wanted, str) else [str(one) for one in wanted])}" if wanted else ""
        offered = info.data.get("info")
        off = isinstance(offered, dict) and offered.get("websocket") is False
        yield Diagnosis(
            about="connection" if name == MAIN else f"connection {name}",
            cause="no_transport",
            hop=None,
            sentence=f"The client had /info and tried no transport{may}: none that it may use works in this browser "
            f"and at this origin{', and /info says that websocket is off' if off else ''}.",
            proof=[f"the client closed with {closed.data.get('code')} ({closed.data.get('reason', '')}) at once"],
            hint="allow the client more transports: htmlfile needs the page's own origin, websocket an /info that "
            "says it is on",
        )
