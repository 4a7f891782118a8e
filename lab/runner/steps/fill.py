"""fill: write into a field of the page."""

from lab.runner.stage import Stage, refused
from lab.scenario.steps.fill import Fill
from lab.texts import quoted
from lab.timeline.words import limit


async def run(step: Fill, stage: Stage) -> None:
    """Write; StepFailed where there is no such field in its time."""
    stage.waits(f"{step.selector} to be filled")
    with refused(f"to fill {quoted(step.selector)} within {limit(step.within)}"):
        await stage.tab(step.tab).tab.fill(step.selector, step.text, within_ms=step.within)
