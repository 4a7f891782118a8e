"""idle: leave the connection open and do nothing for a while."""

import asyncio

from lab.runner.stage import Stage
from lab.scenario.steps.idle import Idle


async def run(step: Idle, stage: Stage) -> None:
    """Wait for the step's duration; a connection that dies meanwhile is seen by what follows."""
    stage.waits(f"{step.duration / 1000:g} s of silence")
    await asyncio.sleep(step.duration / 1000)
