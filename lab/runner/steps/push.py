"""push: the server sends messages that nobody asked for."""

import asyncio

from lab.runner.stage import Stage
from lab.scenario.made import texts_of
from lab.scenario.steps.push import Push


async def run(step: Push, stage: Stage) -> None:
    """Send from the server; StepFailed where it has no such session."""
    session = stage.session(step.connection)
    texts = texts_of(step.made) if step.made else [step.text or ""]
    stage.waits(f"{len(texts)} messages from the server")
    for number, text in enumerate(texts):
        if number and step.every:
            await asyncio.sleep(step.every / 1000)
        stage.server.push(session, text)
