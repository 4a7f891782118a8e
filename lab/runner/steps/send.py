"""send: send one message, or many."""

from lab.runner.stage import Stage, refused
from lab.scenario.made import texts_of
from lab.scenario.steps.send import Send
from lab.texts import quoted


async def run(step: Send, stage: Stage) -> None:
    """Send the step's texts; StepFailed where the client throws."""
    recorder = stage.home_of(step.connection).recorder
    if step.text is not None:
        with refused(f"the client to take {quoted(step.text)}"):
            await recorder.send(step.text, step.connection)
        return
    texts = texts_of(step.made) if step.made else list(step.texts or [])
    stage.waits(f"{len(texts)} messages to be sent")
    with refused(f"the client to take {len(texts)} messages"):
        await recorder.send_all(texts, step.connection, rate=1000 / step.every if step.every else None)
