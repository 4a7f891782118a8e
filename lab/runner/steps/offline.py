"""offline: take the browser off the network for a while."""

import asyncio

from lab.runner.stage import Stage
from lab.scenario.steps.offline import Offline


async def run(step: Offline, stage: Stage) -> None:
    """Off, and on again; a connection that dies meanwhile is seen by what follows."""
    tab = stage.tab(step.tab).tab
    stage.waits(f"{step.duration / 1000:g} s offline")
    await tab.offline(True)
    try:
        await asyncio.sleep(step.duration / 1000)
    finally:
        await tab.offline(False)
