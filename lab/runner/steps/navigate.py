"""navigate: leave the page for another."""

from lab.runner.stage import Stage
from lab.scenario.steps.navigate import Navigate


async def run(step: Navigate, stage: Stage) -> None:
    """Go there; what the old page had seen is kept."""
    stage.waits("another page")
    tab = stage.tab(step.tab)
    await tab.settled()
    await tab.tab.goto(step.to.replace("{page}", stage.page))
    await tab.settled()
