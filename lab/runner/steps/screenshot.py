"""screenshot: keep a picture of the page."""

from lab.runner.stage import Stage
from lab.scenario.steps.screenshot import Screenshot


async def run(step: Screenshot, stage: Stage) -> None:
    """Write the picture into the case's folder."""
    stage.waits("a picture of the page")
    name = f"{step.name}.png"
    await stage.tab(step.tab).tab.screenshot(stage.folder / name)
    stage.artefacts[f"screenshot {step.name}"] = name
