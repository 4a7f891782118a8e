"""connect: create the client, and hold the measuring lock until its attempts are decided."""

from typing import Any

from lab.runner.stage import NeverOpened, Stage, StepFailed, closing, must_throw, refused
from lab.scenario.client import Client
from lab.scenario.steps.connect import Connect
from lab.timeline.words import limit

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def options_of(client: Client) -> dict[str, Any]:
    """The options of ``new SockJS(url, null, options)``, with only those that the scenario sets."""
    options: dict[str, Any] = {
        "transports": client.transports or None,
        "server": client.server,
        "sessionId": client.session_id,
        "timeout": client.timeout,
        "transportOptions": dict(client.transport_options) or None,
    }
    return {name: value for name, value in options.items() if value is not None}


def url_of(step: Connect, endpoint: str) -> str:
    """The URL that is given to the client, with what stands in braces filled in."""
    rest = endpoint.partition(":")[2]
    template = step.url or "{endpoint}"
    for name in _SCHEMES:
        template = template.replace("{" + name + "}", f"{name}:{rest}")
    return template.replace("{endpoint}", endpoint)


async def run(step: Connect, stage: Stage) -> None:
    """Wait until the client is open; NeverOpened where it gives up, StepFailed where it does neither."""
    recorder = stage.tab(step.tab).recorder
    stage.homes[step.name], stage.names[step.name] = step.tab, recorder.name_of(step.name)
    url = url_of(step, stage.endpoint)
    options = {} if step.raw else options_of(stage.client)
    if step.throws is not None:
        with must_throw(step.throws):
            await recorder.connect(url, options, step.name)
        return
    stage.waits("the measuring lock")
    async with stage.lock.held(stage.log):
        stage.waits("the client's attempts")
        since = len(stage.log)
        stage.network.begin()
        with refused("the client to be created"):
            await recorder.connect(url, options, step.name, raw=step.raw)
        if not step.wait:
            return
        decided = await stage.wait(
            lambda event: event.kind in ("client.open", "client.close"),
            step.within,
            connection=step.name,
            since=since,
        )
    if decided is None:
        raise StepFailed(f"the client to be open or to have given up within {limit(step.within)}", "it did neither")
    if decided.kind == "client.close" and step.on_failure == "stop":
        raise NeverOpened(f"the client gave up{closing(decided)}")
