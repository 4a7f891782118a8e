"""evaluate: run a script in the page."""

import json

from lab.runner.stage import Stage, StepFailed, refused
from lab.scenario.steps.evaluate import Evaluate


async def run(step: Evaluate, stage: Stage) -> None:
    """Run the script; StepFailed where it throws, or comes to something else than expected."""
    stage.waits("a script in the page")
    with refused("the script to run"):
        value = await stage.tab(step.tab).tab.evaluate(step.script)
    if "equals" in step.model_fields_set and value != step.equals:
        raise StepFailed(f"the script to come to {json.dumps(step.equals)}", f"it came to {json.dumps(value)}")
