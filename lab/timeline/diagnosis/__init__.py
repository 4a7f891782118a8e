"""The diagnosis: why each attempt, the open connection, or the connection as a whole, ended as it did.

Each file in ``rules/`` is one rule, found by its place: an ``ORDER`` and an ``explain(case)`` that yields a
`Diagnosis` for each attempt or open connection that it can explain. The cause that it names is its file's name,
unless its ``CAUSES`` say otherwise. Rules are asked in their order, and the first that explains one of these wins;
what is said of the connection as a whole is kept from every rule.

Rules work from differences between vantages only: a header that one side of a hop saw and the other did not,
an answer that the server never gave. They never read what a hop says it did (its ``behaviour`` events), so
that a diagnosis is worth the same in front of a real product.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
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


@cache
def causes() -> tuple[str, ...]:
    """Every cause that a rule may name, sorted."""
    named = {name for rule in all_rules() for name in getattr(rule, "CAUSES", (_name_of(rule),))}
    return tuple(sorted(named))


def _name_of(rule: Rule) -> str:
    return cast(ModuleType, rule).__name__.rpartition(".")[2]


def diagnose(events: Sequence[Event], attempts: Sequence[Attempt]) -> list[Diagnosis]:
    """What is said of the connection as a whole, then of each attempt that failed or timed out, in their order."""
    case = evidence_of(events, attempts)
    place = {about: number for number, about in enumerate(_abouts(case))}
    found: list[Diagnosis] = []
    for rule in all_rules():
        said = list(_news(rule.explain(case), case, place))
        found += said
        explained = {one.about for one in said}
        case = replace(
            case,
            trials=tuple(trial for trial in case.trials if trial.about not in explained),
            lives=tuple(life for life in case.lives if life.about not in explained),
        )
    return sorted(found, key=lambda one: place.get(one.about, -1))


def _news(said: Iterable[Diagnosis], case: Evidence, place: Mapping[str, int]) -> Iterator[Diagnosis]:
    """What a rule says, once for each attempt and each open connection that no earlier rule has explained."""
    open_ones = set(_abouts(case))
    for one in said:
        if one.about not in place:
            yield one
        elif one.about in open_ones:
            open_ones.remove(one.about)
            yield one


def _abouts(case: Evidence) -> list[str]:
    """What is still to be explained."""
    return [*(trial.about for trial in case.trials), *(life.about for life in case.lives)]
