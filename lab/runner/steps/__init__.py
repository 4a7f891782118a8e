"""The steps of a scenario: one file each, named after the step, with one ``run(step, stage)``."""

from importlib import import_module

from lab.runner.cover import MAKERS
from lab.runner.stage import Stage
from lab.scenario.step import StepModel


async def perform(step: StepModel, stage: Stage) -> None:
    """Perform one step of the model.

    Raises:
        StepFailed: it did not go as the scenario says.
        NeverOpened: the client gave up before it was open.
    """
    run = import_module(f"{__name__}.{step.step.replace(' ', '_')}").run
    if stage.cover is None or step.step not in MAKERS or (step.step == "wait for" and stage.cover.is_over):
        await run(step, stage)
        return
    stage.waits("the measuring lock")
    async with stage.cover.over():
        await run(step, stage)
