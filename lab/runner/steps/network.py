"""network: change what a hop does."""

from lab.runner.stage import Stage
from lab.scenario.steps.network import ChangeNetwork


async def run(step: ChangeNetwork, stage: Stage) -> None:
    """Change it; LabError where a behaviour cannot be made."""
    stage.waits("the network to change")
    await stage.network.change(step)
