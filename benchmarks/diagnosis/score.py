"""Scoring: what the diagnosis says of each case, held against what the scenario put into it.

Which behaviours acted is read off the ``behaviour`` events, which the diagnosis itself never sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.diagnosis.cases import TRUTH
from lab.events import Event
from lab.timeline.attempts import attempts_of, of_browser
from lab.timeline.diagnosis import diagnose
from lab.timeline.messages import messages_of
from lab.timeline.results import Diagnosis

Pair = tuple[str | None, str]
"""Hop and cause."""

OWN = {"timer_defect", "no_transport", "opening_ignored"}
"""Causes that need no behaviour: the client's own doing, which the events prove by themselves."""


@dataclass
class Score:
    """How one case came out."""

    name: str
    behaviours: list[str]
    said: list[Diagnosis]
    wrong: list[Diagnosis] = field(default_factory=list)
    """Statements whose hop or cause is not in the case."""
    unsure: list[Diagnosis] = field(default_factory=list)
    """Statements that the evidence does not suffice."""
    silent: str = ""
    """What went wrong without a right statement, in words."""

    @property
    def right(self) -> bool:
        """Whether all that went wrong is rightly explained and nothing wrong is said."""
        return not (self.wrong or self.unsure or self.silent)


def truth_of(network: Sequence[Mapping[str, Any]]) -> dict[Pair, str]:
    """The (hop, cause) that may be named, with the behaviour behind each."""
    pairs: dict[Pair, str] = {}
    for number, hop in enumerate(network, start=1):
        # A hop of its own kind (a balancer) stands for what it does.
        own = [{key: hop[key]} for key in hop if key in TRUTH]
        for use in hop.get("behaviours", hop.get("link", own)):
            ((name, given),) = use.items()
            for cause in _causes(name, given):
                pairs[f"hop{number}", cause] = name
    return pairs


def _causes(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    for variant in TRUTH[name]:
        fits = all(
            given.get(key) == values or (isinstance(values, list) and given.get(key) in values)
            for key, values in variant["with"].items()
        )
        if fits and set(given) == set(variant["with"]):
            yield from variant["causes"]


def score(name: str, scenario: Mapping[str, Any], events: Sequence[Event]) -> Score:
    """Hold what is said of the case against what was put into it."""
    truth = truth_of(scenario["network"])
    attempts = attempts_of(events)
    said = diagnose(events, attempts)
    found = Score(name, sorted(set(truth.values())), said)
    for one in said:
        if one.cause == "unknown":
            found.unsure.append(one)
        elif one.cause not in OWN and (one.hop, one.cause) not in truth:
            found.wrong.append(one)
    rightly = [one for one in said if (one.hop, one.cause) in truth or one.cause in OWN]
    trouble = _trouble(events)
    if trouble and not rightly:
        found.silent = trouble
    return found


def _trouble(events: Sequence[Event]) -> str:
    """What a user would have noticed, apart from attempts that fell back (those all get a statement of their own)."""
    closed = [e for e in of_browser(events) if e.kind == "client.close" and not e.data.get("was_clean")]
    if closed:
        return f"the connection closed with {closed[0].data.get('code')}"
    found = messages_of(events)
    wrong = {key: getattr(found, key) for key in ("lost", "duplicated", "reordered", "corrupted")}
    return ", ".join(f"{count} messages {key}" for key, count in wrong.items() if count)
