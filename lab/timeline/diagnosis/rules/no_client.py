"""The page made no client that its recorder saw: it makes none, or makes it where no recorder is."""

from collections.abc import Iterator

from lab.timeline.attempts import of_browser
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.results import Diagnosis

ORDER = 8

_MANY = 3
_MAKES_NONE = (
    "let the steps do what makes it connect, and wait for it; where a script failed or did not come, that is to be "
    "mended first"
)
_HIDDEN = (
    "record the page that makes it: give the frame's own URL as page.url; where it is in a worker, or in a bundle of "
    "0.3, let the page make it of a global SockJS (docs/how-to/test-your-application.md)"
)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a page of the user's own went through its steps, and no client was seen in it."""
    steps = [event for event in case.events if event.kind == "step"]
    begun = sum(event.data.get("state") == "begin" for event in steps)
    if not begun or 2 * begun != len(steps) or any(event.data.get("step") == "connect" for event in steps):
        return
    if any(event.kind == "client.new" for event in of_browser(case.events)):
        return
    asked = next((one for one in case.requests if one.path.endswith("/info")), None)
    if asked is not None:
        yield Diagnosis(
            about="connection",
            cause="no_client",
            hop=None,
            sentence=f"A client asked for {asked.path}, and the page's recorder saw none: it was made in a frame, "
            "in a worker, or of a library that the recorder does not know.",
            proof=[f"{side} saw {one.method} {one.path}" for side, one in asked.read().items()],
            hint=_HIDDEN,
        )
        return
    proof = list(_troubles(case))
    yield Diagnosis(
        about="connection",
        cause="no_client",
        hop=None,
        sentence="The page made no client, and nobody saw a request of one"
        + (f": {proof[0]}." if proof else ", in all the time that the steps took."),
        proof=proof,
        hint=_MAKES_NONE,
    )


def _troubles(case: Evidence) -> Iterator[str]:
    """What may have kept the page's scripts from making one: errors of theirs, and what did not come."""
    errors = [event for event in of_browser(case.events) if event.kind == "page.error"]
    for error in errors[:_MANY]:
        source, line = str(error.data.get("source") or ""), error.data.get("line")
        yield f"a script failed, {error.data.get('text')}{f' ({source}:{line})' if source else ''}"
    for one in case.requests:
        seen: Exchange | None = next(iter(one.read().values()), None)
        if seen is not None and (seen.status or 0) >= 400 and not one.path.endswith("/favicon.ico"):
            yield f"{seen.method} {one.path} was answered with {seen.status}"
