"""click: press an element of the page."""

from lab.runner.stage import Stage, refused
from lab.scenario.steps.click import Click
from lab.texts import quoted
from lab.timeline.words import limit


async def run(step: Click, stage: Stage) -> None:
    """Click; StepFailed where there is no such element in its time, or there are several."""
    stage.waits(f"{step.selector} to be clicked")
    with refused(f"to click {quoted(step.selector)} within {limit(step.within)}"):
        await stage.tab(step.tab).tab.click(step.selector, within_ms=step.within)
