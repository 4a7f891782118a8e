"""receive: wait for messages."""

import time

from lab.events import Event
from lab.runner.stage import Stage, StepFailed, closing
from lab.scenario.steps.receive import Receive
from lab.texts import fnv1a, quoted
from lab.timeline.words import limit


async def run(step: Receive, stage: Stage) -> None:
    """Take the next messages; StepFailed where too few come in time, or another than expected, or one too many."""
    if step.count == 0:
        await _nothing(step, stage)
        return
    expected = "a message" if step.text is None else f"the message {quoted(step.text)}"
    expected = f"{step.count} messages" if step.count > 1 else expected
    expected += f" within {limit(step.within)}"
    deadline = time.monotonic() + step.within / 1000
    for number in range(step.count):
        stage.waits("a message" if step.count == 1 else f"message {number + 1} of {step.count}")
        event = await _next(step, stage, (deadline - time.monotonic()) * 1000)
        came = f"; {number} of {step.count} had come" if step.count > 1 else ""
        if event is None:
            raise StepFailed(expected, (f"{number or 'none'} came") if step.count > 1 else "none came")
        if event.kind == "client.close":
            raise StepFailed(expected, f"the connection closed{closing(event)}{came}")
        # An event carries the beginning of a text only: its hash stands for all of it.
        if step.text is not None and event.data["hash"] != fnv1a(step.text):
            raise StepFailed(expected, f"{quoted(event.data['text'])} came")


async def _nothing(step: Receive, stage: Stage) -> None:
    stage.waits("no message")
    event = await _next(step, stage, step.within)
    if event is not None:
        closed = f"the connection closed{closing(event)}"
        came = f"{quoted(event.data['text'])} came" if event.kind == "message.in" else closed
        raise StepFailed(f"no message within {limit(step.within)}", came)


async def _next(step: Receive, stage: Stage, within_ms: float) -> Event | None:
    """The next message, or the end of the connection; a message is taken once."""
    since = stage.read.get(step.connection, 0)
    event = await stage.wait(
        lambda event: event.kind in ("message.in", "client.close"),
        max(0.0, within_ms),
        connection=step.connection,
        since=since,
    )
    if event is not None and event.kind == "message.in":
        stage.read[step.connection] = stage.log.index(event, since) + 1
    return event
