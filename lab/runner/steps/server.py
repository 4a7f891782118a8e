"""server: stop, start or restart a server node."""

from lab.runner.stage import Stage
from lab.scenario.steps.server import ChangeServer


async def run(step: ChangeServer, stage: Stage) -> None:
    """Do it; LabError where the server does not come back."""
    stage.waits(f"the server to {step.action}")
    await stage.network.serve(step.action, step.node, step.how)
