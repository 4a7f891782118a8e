"""reload: load the page again."""

from lab.runner.stage import Stage
from lab.scenario.steps.reload import Reload


async def run(step: Reload, stage: Stage) -> None:
    """Load it again; what the old page had seen is kept."""
    stage.waits("the page to load again")
    tab = stage.tab(step.tab)
    await tab.settled()
    await tab.tab.reload()
    await tab.settled()
