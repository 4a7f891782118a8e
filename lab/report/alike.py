"""Cases that did not pass for the same reason: told of once, with the names of all."""

import re
from collections.abc import Sequence

from lab.report import words
from lab.timeline.results import CaseResult, Outcome

_WORST_FIRST: tuple[Outcome, ...] = ("failed", "error", "flaky")
_FIGURE = re.compile(r"\d[\d.,]*")


def alike(cases: Sequence[CaseResult]) -> list[list[int]]:
    """The places in ``cases`` of those that did not pass, those alike together: failed ones first, then errors.

    Alike are cases with the same outcome, the same trouble and the same causes at the same hops, whatever the
    engine and the figures.
    """
    found: dict[tuple[object, ...], list[int]] = {}
    for place, case in enumerate(cases):
        if case.outcome in _WORST_FIRST:
            found.setdefault(_gist(case), []).append(place)
    return sorted(found.values(), key=lambda places: _WORST_FIRST.index(cases[places[0]].outcome))


def _gist(case: CaseResult) -> tuple[object, ...]:
    troubles = tuple(_FIGURE.sub("#", said.replace(case.engine, "@")) for said in words.troubles(case))
    return (case.outcome, troubles, tuple((cause.about, cause.cause, cause.hop) for cause in words.causes(case)))
