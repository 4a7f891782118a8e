"""close: end a connection and wait until the client says so, or have the client refuse to."""

from lab.runner.stage import Stage, StepFailed, closing, must_throw, refused
from lab.scenario.steps.close import Close
from lab.timeline.words import limit


async def run(step: Close, stage: Stage) -> None:
    """Close; StepFailed where it was closed before, the close event does not come, or the client does not refuse."""
    gone = stage.closed(step.connection)
    if gone is not None:
        raise StepFailed("an open connection to close", f"it had closed{closing(gone)}")
    recorder = stage.home_of(step.connection).recorder
    if step.throws is not None:
        with must_throw(step.throws):
            await recorder.close(step.code, step.reason, step.connection)
        return
    if step.by == "server":
        stage.server.close(stage.session(step.connection), step.code, step.reason)
    else:
        with refused("the client to close"):
            await recorder.close(step.code, step.reason, step.connection)
    stage.waits("the close event")
    closed = await stage.wait(lambda event: event.kind == "client.close", step.within, connection=step.connection)
    if closed is None:
        raise StepFailed(f"the close event within {limit(step.within)}", "it did not come")
