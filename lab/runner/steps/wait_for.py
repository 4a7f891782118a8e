"""wait for: wait until the page shows something, a connection gets somewhere, or the server knows that it ended."""

from lab.events import Event
from lab.runner.stage import Stage, StepFailed, refused
from lab.scenario.steps.wait_for import WaitFor
from lab.texts import quoted
from lab.timeline.exchanges import is_server
from lab.timeline.messages import sessions_of
from lab.timeline.results import Check
from lab.timeline.words import limit

_KINDS = {"open": "client.open", "closed": "client.close", "heartbeat": "heartbeat"}


async def run(step: WaitFor, stage: Stage) -> None:
    """Wait; StepFailed where it does not come in its time."""
    within = f"within {limit(step.within)}"
    if step.session is not None:
        await _session_ends(step, stage)
        return
    if step.state is None:
        what = step.selector or f"the text {quoted(step.text or '')}"
        stage.waits(what)
        with refused(f"the page to show {what} {within}"):
            await stage.tab(step.tab).tab.wait_for(step.selector, text=step.text, within_ms=step.within)
        return
    stage.waits(f"{step.connection}: {step.state}")
    since = len(stage.log) if step.state == "heartbeat" else 0
    kind = _KINDS[step.state]
    came = await stage.wait(lambda event: event.kind == kind, step.within, connection=step.connection, since=since)
    if came is None:
        word = "have a heartbeat" if step.state == "heartbeat" else f"be {step.state}"
        raise StepFailed(f"{step.connection} to {word} {within}", "not")


async def _session_ends(step: WaitFor, stage: Stage) -> None:
    """Wait for the server's own word; how it ended is kept as a check."""
    session = stage.session(step.connection)
    raw = sessions_of(list(stage.log), stage.name_of(step.connection)) if session is None else ()
    stage.waits(f"the server to end the session of {step.connection}")

    def ended(event: Event) -> bool:
        own = event.data.get("session")
        return is_server(event.vantage) and event.kind == "session.close" and (own == session or own in raw)

    event = await stage.log.wait_for(ended, timeout_s=step.within / 1000)
    if event is None:
        raise StepFailed(f"the server to end the session of {step.connection} within {limit(step.within)}", "not")
    how = f"closed (by {event.data['by']}, {event.data['code']})"
    stage.checks.append(Check(what=f"session of {step.connection}", expected="closed", actual=how, held=True))
