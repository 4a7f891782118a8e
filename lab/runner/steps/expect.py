"""expect: hold expectations against what has happened so far."""

from lab.runner.stage import Stage, StepFailed
from lab.scenario.steps.expect import Expect
from lab.timeline.attempts import attempts_of
from lab.timeline.verdict import judge


async def run(step: Expect, stage: Stage) -> None:
    """Judge; StepFailed at the first expectation that does not hold, after all of them were held."""
    await stage.home_of(step.connection).settled()
    events = stage.log.ordered()
    checks = judge(step, events, attempts_of(events), stage.name_of(step.connection))
    stage.checks += [check for check in checks if check.held]
    for check in checks:
        if not check.held:
            raise StepFailed(f"{check.what} {check.expected}", f"it was {check.actual}")
