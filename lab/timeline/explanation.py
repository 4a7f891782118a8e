"""The explanation of one case in plain lines: its attempts, and what the diagnosis says of each."""

import re
from collections.abc import Iterator, Sequence

from lab.events import Event
from lab.timeline.attempts import attempts_of, client_of
from lab.timeline.diagnosis import diagnose
from lab.timeline.lives import lives_of
from lab.timeline.results import Attempt, Diagnosis

NOTHING = "Nothing went wrong that the events show."


def explanation_of(events: Sequence[Event]) -> list[str]:
    """What is said of the case, without its last newline."""
    attempts = attempts_of(events)
    found = [named(one, hop_names(events)) for one in diagnose(events, attempts)]
    lines = list(_head(events))
    for about in dict.fromkeys([*_connection(found), *map(_about, attempts), *(one.about for one in found)]):
        said = [one for one in found if one.about == about]
        own = [attempt for attempt in attempts if _about(attempt) == about]
        lines += [f"{about}: {attempt.outcome}, {attempt.reason}" for attempt in own] or [about]
        for one in said:
            lines += [f"  {one.sentence}", *(f"    {proof}" for proof in one.proof)]
            lines += [f"    hint: {one.hint}"] if one.hint else []
    troubled = [life for life in lives_of(events, (), ()) if life.trouble]
    return lines if found or troubled else [*lines, NOTHING]


def _about(attempt: Attempt) -> str:
    return attempt.transport if attempt.connection == "main" else f"{attempt.transport} of {attempt.connection}"


def _connection(found: Sequence[Diagnosis]) -> list[str]:
    return [one.about for one in found if one.about.startswith("connection")]


def _head(events: Sequence[Event]) -> Iterator[str]:
    """The case, and its hops under the numbers by which they are spoken of."""
    case = next((event for event in events if event.kind == "case"), None)
    if case is None:
        return
    client = f"sockjs-client {client_of(events)}".strip()
    engine = f"{case.data.get('engine', '')} {case.data.get('engine_version', '')}".strip()
    yield f"{case.data.get('id', 'case')} ({engine}, {client})"
    for number, line in enumerate(case.data.get("hops") or (), start=1):
        yield f"  hop{number}: {re.sub(rf'^hop{number}: ', '', str(line))}"


def hop_names(events: Sequence[Event]) -> dict[str, str]:
    """The scenario's own names of hops that have one, by hop1, hop2 ..."""
    case = next((event for event in events if event.kind == "case"), None)
    names = {}
    for number, line in enumerate((case.data.get("hops") or ()) if case else (), start=1):
        name = str(line).partition(":")[0]
        if name and name != f"hop{number}":
            names[f"hop{number}"] = name
    return names


def named(found: Diagnosis, names: dict[str, str]) -> Diagnosis:
    """The diagnosis with the scenario's own names for its hops, beside those of the events."""
    sentence = found.sentence
    for hop, name in names.items():
        # The name may hold what re would take for a group.
        written = f"{name} ({hop})".replace("\\", r"\\")
        sentence = re.sub(rf"\b{hop}\b(?!\.)", written, sentence, count=1)
    return found.model_copy(update={"sentence": sentence})
