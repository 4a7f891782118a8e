"""sleep: stop the page's timers, as a laptop with its lid closed does."""

from lab.runner.stage import Stage
from lab.scenario.steps.sleep import Sleep


async def run(step: Sleep, stage: Stage) -> None:
    """Stop the page for the step's duration."""
    stage.waits(f"{step.duration / 1000:g} s of sleep")
    await stage.tab(step.tab).tab.freeze(step.duration)
