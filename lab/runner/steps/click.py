"""click: press an element of the page."""

from lab.runner.stage import Stage, refused
from lab.scenario.steps.click import Click
from lab.texts import quoted


async def run(step: Click, stage: Stage) -> None:
    """Click; StepFailed where there is no such element in its time, or there are several."""
    stage.waits(f"{step.selector} to be clicked")
    with refused(f"to click {quoted(step.selector)} within {step.within:.0f} ms"):
        await stage.tab(step.tab).tab.click(step.selector, within_ms=step.within)
