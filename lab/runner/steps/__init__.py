"""The steps of a scenario: one file each, named after the step, with one ``run(step, stage)``."""

from importlib import import_module

from lab.runner.stage import Stage
from lab.scenario.step import StepModel


async def perform(step: StepModel, stage: Stage) -> None:
    """Perform one step of the model.

    Raises:
        StepFailed: it did not go as the scenario says.
        NeverOpened: the client gave up before it was open.
    """
    await import_module(f"{__name__}.{step.step.replace(' ', '_')}").run(step, stage)
