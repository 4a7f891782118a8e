"""From what was seen in one try to its result: the only place where events become an outcome."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.browser.engine import EngineFailure
from lab.errors import LabError
from lab.events import Event
from lab.runner import outcome
from lab.runner.outcome import Ending
from lab.runner.setup import network_lines
from lab.scenario.matrix import Case
from lab.scenario.model import Hop
from lab.timeline.attempts import attempts_of, client_of, open_ms_of, transport_of
from lab.timeline.diagnosis import diagnose
from lab.timeline.headroom import decided_by_machine, head_room_of
from lab.timeline.messages import messages_of
from lab.timeline.results import CaseResult, Check, Diagnosis
from lab.timeline.verdict import judge


@dataclass
class Seen:
    """What one try left behind."""

    case: Case
    events: Sequence[Event] = ()
    steps: Sequence[Check] = ()
    """What expect steps found to hold, and the step that did not go as the scenario says, where there is one."""
    failure: Exception | None = None
    """What kept the lab from doing its work."""
    waited_for: str = ""
    """What the case waited for last."""
    engine_version: str = ""
    began_at: float = 0.0
    duration_ms: float = 0.0
    artefacts: dict[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What the events call each connection, where that is not its own name."""


@dataclass(frozen=True)
class Concluded:
    """The result of a try, and what it means for the next."""

    result: CaseResult
    again: bool = False
    """Whether another try, alone on the machine, is worth its time."""
    engine_failed: bool = False
    """Whether the engine must be replaced before it is used again."""


def _broken(failure: Exception, waited_for: str) -> Ending:
    """The ending of a case that the lab itself could not see through."""
    if isinstance(failure, LabError):
        return Ending("error", str(failure), failure.remedy, again=isinstance(failure, EngineFailure))
    if isinstance(failure, TimeoutError):
        return Ending("error", f"the lab gave the case up: it still waited for {waited_for}")
    return Ending(
        "error",
        f"the lab itself failed while it waited for {waited_for}: {type(failure).__name__}: {failure}",
        "This is a defect of the lab: its traceback is among the artefacts.",
    )


def _broken_hop(event: Event) -> Ending:
    """The ending of a case in which a behaviour, or the proxy itself, raised: it emulated nothing any more."""
    behaviour = event.data.get("behaviour")
    what = f"the behaviour {behaviour} of {event.vantage}" if behaviour else event.vantage
    return Ending("error", f"{what} failed: {event.data['text']}", "Mend the behaviour; its code lies in proxies/.")


def _client_ms(events: Sequence[Event]) -> float:
    """From the measuring lock (the client is created then) to the end of the last step."""
    begin = next((event.t_ms for event in events if event.kind == "lock"), None)
    ends = [event.t_ms for event in events if event.kind == "step" and event.data["state"] != "begin"]
    return max(ends) - begin if begin is not None and ends else 0.0


def _named(found: Diagnosis, hops: Sequence[Hop]) -> Diagnosis:
    """The diagnosis with the scenario's own names for its hops, beside those of the events."""
    sentence, hint = found.sentence, found.hint
    for number, hop in enumerate(hops, start=1):
        if hop.name:
            theirs = re.compile(rf"\bhop{number}\b(?!\.)")
            name = hop.name.replace("\\", r"\\")
            sentence = theirs.sub(f"{name} (hop{number})", sentence, count=1)
            hint = theirs.sub(name, hint)
    return found.model_copy(update={"sentence": sentence, "hint": hint})


def conclude(seen: Seen) -> Concluded:
    """Derive everything that is said of the try from its events."""
    case, scenario = seen.case, seen.case.scenario
    events = sorted(seen.events, key=lambda event: event.t_ms)
    attempts = attempts_of(events)
    transport = transport_of(attempts)
    hop_failure = next((event for event in events if event.kind == "hop.failed"), None)
    if seen.failure is not None:
        checks = list(seen.steps)
        ending = _broken(seen.failure, seen.waited_for)
    elif hop_failure is not None:
        checks = list(seen.steps)
        ending = _broken_hop(hop_failure)
    else:
        expectation = scenario.expect.for_engine(case.engine)
        judged = judge(expectation, events, attempts)
        for name, further in scenario.expect.connections.items():
            judged += judge(further, events, attempts, seen.names.get(name, name))
        checks = outcome.must_open([*seen.steps, *judged], transport)
        ending = outcome.ending(checks, decided_by_machine(events, attempts))
    result = CaseResult(
        id=case.id,
        scenario=case.path.as_posix(),
        title=scenario.title,
        why=scenario.why,
        reason=case.reason,
        tags=list(scenario.tags),
        engine=case.engine,
        engine_version=seen.engine_version,
        client_version=client_of(events) or scenario.client_label,
        matrix=dict(case.values),
        network=network_lines(scenario.network),
        outcome=ending.outcome,
        message=ending.message,
        remedy=ending.remedy,
        transport=transport,
        open_ms=open_ms_of(events),
        began_at=seen.began_at,
        duration_ms=seen.duration_ms,
        client_ms=_client_ms(events),
        attempts=attempts,
        messages=messages_of(events),
        expectations=checks,
        diagnosis=[_named(found, scenario.network) for found in diagnose(events, attempts)],
        head_room=head_room_of(events),
        artefacts=dict(seen.artefacts),
    )
    return Concluded(result, ending.again, isinstance(seen.failure, EngineFailure))
