"""send: send one message."""

from lab.runner.stage import Stage, refused
from lab.scenario.steps.send import Send
from lab.texts import quoted


async def run(step: Send, stage: Stage) -> None:
    """Send the step's text; StepFailed where the client throws."""
    with refused(f"the client to take {quoted(step.text)}"):
        await stage.recorder.send(step.text)
