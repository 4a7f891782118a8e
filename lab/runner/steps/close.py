"""close: close the client and wait until it says so."""

from lab.runner.stage import Stage, StepFailed, closing, refused
from lab.scenario.steps.close import Close


async def run(step: Close, stage: Stage) -> None:
    """Close; StepFailed where the connection was gone already, or the close event does not come."""
    gone = stage.closed()
    if gone is not None:
        raise StepFailed("an open connection to close", f"it had closed{closing(gone)}")
    with refused("the client to close"):
        await stage.recorder.close(step.code, step.reason)
    stage.waits("the close event")
    if await stage.wait(lambda event: event.kind == "client.close", step.within) is None:
        raise StepFailed(f"the close event within {step.within:.0f} ms", "it did not come")
