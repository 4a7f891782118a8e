"""The diagnosis: why each attempt, or the connection as a whole, ended as it did.

Each file in ``rules/`` is one rule, found by its place: an ``ORDER`` and an ``explain(case)`` that yields a
`Diagnosis` for each attempt it can explain. Rules are asked in their order, and the first that explains an attempt
wins; what is said of the connection as a whole is kept from every rule.

Rules work from differences between vantages only: a header that one side of a hop saw and the other did not,
an answer that the server never gave. They never read what a hop says it did (its ``behaviour`` events), so
that a diagnosis is worth the same in front of a real product.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Protocol, cast

from lab.events import Event
from lab.timeline.diagnosis import rules
from lab.timeline.diagnosis.evidence import Evidence, evidence_of
from lab.timeline.results import Attempt, Diagnosis


class Rule(Protocol):
    """What a file in ``rules/`` is."""

    ORDER: int
    """Rules with lower figures are asked first."""

    def explain(self, case: Evidence) -> Iterator[Diagnosis]:
        """What this rule has to say of the attempts in ``case.trials`` and of the connection."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in order; those of one order by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    modules = [cast(Rule, importlib.import_module(f"{rules.__name__}.{name}")) for name in names]
    return tuple(sorted(modules, key=lambda rule: rule.ORDER))


def diagnose(events: Sequence[Event], attempts: Sequence[Attempt]) -> list[Diagnosis]:
    """What is said of the connection as a whole, then of each attempt that failed or timed out, in their order."""
    case = evidence_of(events, attempts)
    place = {trial.about: number for number, trial in enumerate(case.trials)}
    found: list[Diagnosis] = []
    for rule in all_rules():
        said = [one for one in rule.explain(case) if one.about not in place or _is_open(one, case)]
        found += said
        explained = {one.about for one in said}
        case = replace(case, trials=tuple(trial for trial in case.trials if trial.about not in explained))
    return sorted(found, key=lambda one: place.get(one.about, -1))


def _is_open(diagnosis: Diagnosis, case: Evidence) -> bool:
    return any(trial.about == diagnosis.about for trial in case.trials)
