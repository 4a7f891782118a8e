"""send: send one message."""

from lab.runner.stage import Stage
from lab.scenario.model import Send


async def run(step: Send, stage: Stage) -> None:
    """Send the step's text."""
    await stage.recorder.send(step.text)
