"""The words that all reports share: outcomes, times, counts, and why a client left a transport."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from lab.timeline.results import Attempt, CaseResult, Diagnosis, Outcome, RunResult

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

SIGNS: Mapping[Outcome, str] = {"passed": "✓", "failed": "✗", "flaky": "≈", "error": "!", "skipped": "–"}
"""Each outcome's sign: colour is never the only mark."""

_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
# Marks that turn the direction of the text after them, and so can make one word pass for another.
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str, keep: str = "") -> str:
    r"""``text`` with control characters, lone surrogates and marks of direction written out: ``\x1b``.

    What a server or a scenario says may hold escape sequences; a report shows them and does not obey them.
    Characters in ``keep`` stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, keep) for character in text)


def _shown(character: str, keep: str) -> str:
    unseen = unicodedata.category(character) in _UNSEEN or character in _TURNING
    if not unseen or character in keep:
        return character
    return character.encode("unicode_escape").decode("ascii")


def duration(ms: float) -> str:
    """A time as a person reads it: ``0.4 ms``, ``14 ms``, ``1.92 s``, ``48.2 s``, ``2 min 3 s``, ``1 h 2 min``."""
    if 0 < ms < 1:
        return f"{ms:.1f} ms"
    if round(ms) < 1000:
        return f"{ms:.0f} ms"
    if ms < 9_995:
        return f"{ms / 1000:.2f} s"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"


def moment(epoch_s: float) -> str:
    """A wall-clock time, ``2026-11-22 14:03:07 UTC``: the same wherever the report is read."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def counts(run: RunResult) -> list[tuple[Outcome, int, str]]:
    """The outcomes that occurred: the outcome, how many cases, and the word for so many (``errors``)."""
    found = [(outcome, run.count(outcome)) for outcome in OUTCOMES]
    return [(outcome, n, "errors" if outcome == "error" and n > 1 else outcome) for outcome, n in found if n]


def counts_line(run: RunResult) -> str:
    """The last word on a run: ``27 passed, 1 failed in 48.2 s, 1 engine replaced``."""
    parts = ", ".join(f"{n} {word}" for _, n, word in counts(run)) or "no cases"
    return f"{parts} {time_told(run)}"


def time_told(run: RunResult) -> str:
    """What follows the counts: ``in 48.2 s``, and how many engines were replaced, where any were."""
    number = len(run.replaced)
    replaced = f", {number} engine{'s' if number > 1 else ''} replaced" if number else ""
    return f"in {duration(run.duration_ms)}{replaced}"


def replaced(run: RunResult) -> list[str]:
    """The engines that were replaced, a line each: ``chromium, in idle[chromium]: it ended``."""
    return [f"{one.engine}, in {one.case}: {one.message}" for one in run.replaced]


def uncounted(case: CaseResult) -> list[str]:
    """The tries of a case that did not count, and why: ``try 1 did not count: machine too busy``."""
    told = []
    for one in case.other_tries:
        if one.outcome == "error":
            replaced = f", and {case.engine} was replaced" if one.engine_failed else ""
            told.append(f"try {one.number} did not count{replaced}: {one.message}")
    return told


def told_try(case: CaseResult) -> int:
    """The number of the try that the result is of."""
    others = {one.number for one in case.other_tries}
    return max(number for number in range(case.tries + 1) if number not in others)


def verdict(run: RunResult) -> str:
    """The run in one sentence."""
    total = len(run.cases)
    if not total:
        return "Interrupted before any case had ended." if run.interrupted else "No case was run."
    of = f"{run.count('failed'):,} of {total:,} cases" if total > 1 else "The only case"
    parts = []
    if run.count("failed"):
        parts.append(f"{of} failed")
    elif run.count("passed") == total:
        parts.append(f"All {total:,} cases passed" if total > 1 else "The only case passed")
    elif run.count("passed"):
        parts.append(f"{run.count('passed'):,} of {total:,} cases passed")
    else:
        parts.append("No case failed and none passed")
    rest = {"flaky": "passed only at a later try", "error": "could not be judged", "skipped": "skipped"}
    parts += [
        f"{run.count(outcome):,} {words}"
        for outcome in OUTCOMES
        if (words := rest.get(outcome)) and run.count(outcome)
    ]
    return ("Interrupted. " if run.interrupted else "") + ", ".join(parts) + "."


def matrix_words(matrix: Mapping[str, Any]) -> str:
    """The matrix values of a case: ``client.version = 1.6.1, page.scheme = https``."""
    return ", ".join(f"{key} = {_value(value)}" for key, value in matrix.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def by_connection(attempts: Iterable[Attempt]) -> dict[str, list[Attempt]]:
    """The attempts of each connection, in the order in which the connections were made."""
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        found.setdefault(attempt.connection, []).append(attempt)
    return found


def path_taken(case: CaseResult, arrow: str = "->") -> str:
    """How the client came to its transport: ``websocket failed (14 ms) -> xhr-streaming``.

    Several connections follow each other, each but the first with its name. Empty where nothing was tried.
    """
    parts: list[str] = []
    for name, attempts in by_connection(case.attempts).items():
        words = [_left(attempt) for attempt in attempts]
        if attempts[-1].outcome in ("failed", "timed out"):
            words.append("none")
        chain = f" {arrow} ".join(words)
        parts.append(f"{name}: {chain}" if parts else chain)
    return "; ".join(parts)


def way_told(case: CaseResult, arrow: str = "->") -> str:
    """`path_taken`, or, where there is none to tell, why: never empty."""
    taken = path_taken(case, arrow)
    if case.outcome == "skipped" or not taken:
        return case.message or taken or "no transport was tried"
    return taken


def landed(case: CaseResult) -> str:
    """Where a case ended: its transport; ``not open`` where it has none, and its outcome where that says it all."""
    return case.transport or (case.outcome if case.outcome in ("error", "skipped") else "not open")


def _left(attempt: Attempt) -> str:
    if attempt.outcome == "opened":
        return attempt.transport
    took = "" if attempt.end_ms is None else f" ({duration(attempt.end_ms - attempt.start_ms)})"
    return f"{attempt.transport} {attempt.outcome}{took}"


def troubles(case: CaseResult) -> list[str]:
    """What is wrong with a case that did not pass: ``transport: expected xhr-polling, was websocket``.

    Only of a failed case it is what it broke: what was checked in an error is worth nothing, since the lab or the
    machine decided it. For the others, and where nothing was broken, it is the message.
    """
    broken = [f"{c.what}: {c.missed}" for c in case.expectations if not c.held]
    if case.outcome == "failed" and broken:
        return broken
    silent = "passed only at a later try" if case.outcome == "flaky" else ""
    return [text for text in [case.message or silent] if text]


@dataclass(frozen=True)
class Cause:
    """One cause, said once, with all the transports that it ended."""

    about: tuple[str, ...]
    cause: str
    hop: str | None
    sentences: tuple[str, ...]
    """What was said of it: one sentence, or one for each transport where they differ."""
    hints: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()


def diagnosed(case: CaseResult) -> list[Cause]:
    """The diagnosis, in its order, with what has the same cause at the same hop put together."""
    found: dict[tuple[str, str | None], list[Diagnosis]] = {}
    for entry in case.diagnosis:
        found.setdefault((entry.cause, entry.hop), []).append(entry)
    return [
        Cause(
            _once(entry.about for entry in entries),
            cause,
            hop,
            _once(entry.sentence for entry in entries),
            _once(entry.hint for entry in entries),
            _once(line for entry in entries for line in entry.proof),
        )
        for (cause, hop), entries in found.items()
    ]


def causes(case: CaseResult) -> list[Cause]:
    """Why the client left its transports: the diagnosis, and where it is silent the attempt's own reason."""
    said = diagnosed(case)
    explained = {name for cause in said for name in cause.about}
    silent = [a for a in case.attempts if a.outcome != "opened" and a.transport not in explained and a.reason]
    order = [attempt.transport for attempt in case.attempts]
    return sorted(
        [*said, *(Cause((a.transport,), a.outcome, None, (a.reason,)) for a in silent)],
        key=lambda cause: min((order.index(name) for name in cause.about if name in order), default=len(order)),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
