"""receive: wait for the next message that no receive step has had yet."""

from lab.runner.stage import Stage, StepFailed, closing
from lab.scenario.steps.receive import Receive
from lab.texts import fnv1a, quoted


async def run(step: Receive, stage: Stage) -> None:
    """Take the next message; StepFailed where none comes in time, or another than expected."""
    expected = "a message" if step.text is None else f"the message {quoted(step.text)}"
    expected += f" within {step.within:.0f} ms"
    stage.waits("a message")
    event = await stage.wait(
        lambda event: event.kind in ("message.in", "client.close"), step.within, since=stage.read
    )
    if event is None:
        raise StepFailed(expected, "none came")
    if event.kind == "client.close":
        raise StepFailed(expected, f"the connection closed{closing(event)}")
    stage.read = next(index for index, seen in enumerate(stage.log) if seen is event) + 1
    # An event carries the beginning of a text only: its hash stands for all of it.
    if step.text is not None and event.data["hash"] != fnv1a(step.text):
        raise StepFailed(expected, f"{quoted(event.data['text'])} came")
