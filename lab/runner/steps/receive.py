"""receive: wait for the next message that no receive step has had yet."""

from lab.runner.stage import Stage, StepFailed
from lab.scenario.model import Receive


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…" ({len(text)} characters)'


async def run(step: Receive, stage: Stage) -> None:
    """Take the next message; StepFailed where none comes in time, or another than expected."""
    expected = "a message" if step.text is None else f"the message {_quoted(step.text)}"
    expected += f" within {step.within:.0f} ms"
    stage.waits("a message")
    event = await stage.wait(
        lambda event: event.kind in ("message.in", "client.close"), step.within, since=stage.read
    )
    if event is None:
        raise StepFailed(expected, "none came")
    if event.kind == "client.close":
        raise StepFailed(
            expected, f"the connection closed with {event.data.get('code')} {event.data.get('reason', '')}".rstrip()
        )
    stage.read = next(index for index, seen in enumerate(stage.log) if seen is event) + 1
    # Events carry the first 200 characters of a text; its length is checked by what delivery compares.
    if step.text is not None and event.data["text"] != step.text[: len(event.data["text"]) or None]:
        raise StepFailed(expected, f"{_quoted(event.data['text'])} came")
