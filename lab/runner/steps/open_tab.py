"""open tab: open another tab with the page."""

from lab.runner.stage import Stage
from lab.scenario.steps.open_tab import OpenTab


async def run(step: OpenTab, stage: Stage) -> None:
    """Open it beside the first, with the same page."""
    stage.waits("another tab")
    stage.tabs[step.name] = await stage.open_tab(step.name)
