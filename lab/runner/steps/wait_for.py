"""wait for: wait until the page shows something, or a connection gets somewhere."""

from lab.events import Event
from lab.runner.stage import Stage, StepFailed, refused
from lab.scenario.steps.wait_for import WaitFor
from lab.texts import quoted
from lab.timeline.words import limit

_KINDS = {"open": "client.open", "closed": "client.close"}


async def run(step: WaitFor, stage: Stage) -> None:
    """Wait; StepFailed where it does not come in its time."""
    within = f"within {limit(step.within)}"
    if step.state is None:
        what = step.selector or f"the text {quoted(step.text or '')}"
        stage.waits(what)
        with refused(f"the page to show {what} {within}"):
            await stage.tab(step.tab).tab.wait_for(step.selector, text=step.text, within_ms=step.within)
        return
    stage.waits(f"{step.connection}: {step.state}")
    since = len(stage.log) if step.state == "heartbeat" else 0

    def came(event: Event) -> bool:
        if step.state == "heartbeat":
            return event.kind == "frame.in" and event.data.get("type") == "h"
        return event.kind == _KINDS[str(step.state)]

    if await stage.wait(came, step.within, connection=step.connection, since=since) is None:
        word = "have a heartbeat" if step.state == "heartbeat" else f"be {step.state}"
        raise StepFailed(f"{step.connection} to {word} {within}", "not")
