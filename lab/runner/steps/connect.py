"""connect: create the client, and hold the measuring lock until its attempts are decided."""

from typing import Any

from lab.runner.stage import NeverOpened, Stage, StepFailed, closing, refused
from lab.scenario.client import Client
from lab.scenario.steps.connect import Connect


def options_of(client: Client) -> dict[str, Any]:
    """The options of ``new SockJS(url, null, options)``, with only those that the scenario sets."""
    options: dict[str, Any] = {
        "transports": client.transports or None,
        "server": client.server,
        "sessionId": client.session_id,
        "timeout": client.timeout,
    }
    return {name: value for name, value in options.items() if value is not None}


async def run(step: Connect, stage: Stage) -> None:
    """Wait until the client is open; NeverOpened where it gives up, StepFailed where it does neither."""
    stage.waits("the measuring lock")
    async with stage.lock.held(stage.log):
        stage.waits("the client's attempts")
        with refused("the client to be created"):
            await stage.recorder.connect(stage.endpoint, options_of(stage.client))
        decided = await stage.wait(lambda event: event.kind in ("client.open", "client.close"), step.within)
    if decided is None:
        raise StepFailed(f"the client to be open or to have given up within {step.within:.0f} ms", "it did neither")
    if decided.kind == "client.close":
        raise NeverOpened(f"the client gave up{closing(decided)}")
