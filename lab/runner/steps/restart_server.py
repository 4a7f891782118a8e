"""restart server: what a deployment does to the clients."""

from lab.runner.stage import Stage
from lab.scenario.steps.restart_server import RestartServer


async def run(step: RestartServer, stage: Stage) -> None:
    """Restart it; LabError where it does not come back."""
    stage.waits("the server to come back")
    await stage.network.serve("restart", step.node, step.how, away_s=step.duration / 1000)
