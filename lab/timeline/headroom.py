"""Head-room: how busy the machine was, and which attempts it may have decided.

sockjs-client gives a transport a budget, some 0.6 s on a fast link, and a busy machine can eat it. So an attempt
is *doubtful* where its end can be put down to the machine as well as to the network:

(a) It opened, or failed by itself, although the timer that should have ended it was overdue by more than
    the recorder's grain of 30 ms: its own, or one that sockjs-client had not cleared (1.0.0 to 1.6.1).
(b) It timed out although its opening had left for the browser 5 ms before, or earlier; but not where the browser had
    250 ms beside all lateness that was measured: one that had time and took no notice is one that cannot.
(c) It timed out before its request had reached the vantage nearest to the browser, and meanwhile the machine
    was late by more than 20 % of the budget: a timer in the page, one in the lab, or the stall of the CPU; but not
    where it had the page of its iframe for 250 ms beside that, and asked for nothing.
(d) It timed out while the server had the request, or while nobody but the lab's own process had it, and the
    lab was late by as much (its timers or the CPU).

A timeout that a hop caused is never the machine's: the hop took the request and did not pass it on, or
had the opening and did not pass it on, or the hops together used up most of the budget. Hops run in the lab's
process, so a hop is convicted only where that process was seen to run, while the hop kept what it had, for far
longer than passing it on takes. How long other processes waited for a core is no excuse for a hop.

Only what was measured while the case held the measuring lock counts (between ``lock`` and ``unlock``; all of it where
there is no lock). An event of lateness tells of the time before it: ``late`` of that lateness itself,
``head_room`` and ``pressure`` of the time since the one before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.events import Event
from lab.timeline.attempts import in_order, keeps_timers, version_of
from lab.timeline.join import GRAIN_MS, Trial, trials_of
from lab.timeline.progress import Progress, held_ms, progress_of
from lab.timeline.results import Attempt, HeadRoom
from lab.timeline.wires import Wire, waits_in, wires_of
from lab.timeline.words import ms

SHARE = 0.2
"""The part of a budget that lateness may take before it casts doubt."""
ARRIVAL_MS = 5.0
"""What the way from a vantage into the page may take on an idle machine."""
BROWSER_NEEDS_MS = 250.0
"""Time in which a browser that runs would surely have taken notice of an opening, or of the page in a frame."""
HOPS_SHARE = 0.8
"""The part of a budget that the hops must have used for the timeout to be theirs wherever it struck."""
HOP_NEEDS_MS = 50.0
"""Running time in which a hop would surely have passed on what it had; it takes 2 to 5 ms on an idle machine."""
_NOTED_MS = 20.0
"""From this lateness on there is an event ``late`` with its own time."""

Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the machine was in some window of time."""

    browser_ms: float = 0.0
    lab_ms: float = 0.0
    lab_still_ms: float = 0.0
    """For how long in all the lab's process stood still: its late timers, one after the other."""
    stall_ms: float | None = None

    @property
    def of_lab_ms(self) -> float:
        """The worst that concerns the lab's process."""
        return max(self.lab_ms, self.stall_ms or 0.0)

    @property
    def was_measured(self) -> bool:
        """Whether anybody looked."""
        return self.stall_ms is not None or self.worst_ms > 0

    @property
    def worst_ms(self) -> float:
        """The worst of all."""
        return max(self.browser_ms, self.of_lab_ms)


def head_room_of(events: Sequence[Event]) -> HeadRoom:
    """How much of the machine was left while the measuring lock was held."""
    events = in_order(events)
    late = _lateness(events, _locked(events))
    clocks = [float(e.data["uncertainty_ms"]) for e in events if e.kind == "clock" and "uncertainty_ms" in e.data]
    return HeadRoom(
        browser_late_ms=late.browser_ms,
        lab_late_ms=late.lab_ms,
        cpu_stall_ms=late.stall_ms,
        waited_for_lock_ms=sum(float(e.data.get("waited_ms", 0)) for e in events if e.kind == "lock"),
        clock_uncertainty_ms=max(clocks, default=None),
    )


def decided_by_machine(events: Sequence[Event], attempts: Sequence[Attempt]) -> list[str]:
    """One sentence for each attempt whose end the machine may have decided."""
    events = in_order(events)
    keeps = keeps_timers(version_of(events))
    sentences = []
    waits = waits_in(wires_of(events))
    for trial in trials_of(events, attempts):
        attempt = trial.attempt
        if attempt.outcome in ("opened", "failed"):
            overdue = _overdue(trial, attempts if keeps else [attempt])
            sentences += [overdue] if overdue else []
        elif attempt.outcome == "timed out":
            progress = progress_of(trial)
            late = _lateness(events, [(attempt.start_ms, trial.until_ms)])
            still = _lateness(events, [(progress.since_ms, trial.until_ms)]).lab_still_ms
            doubt = None if _kept_waiting(waits, trial, late) else _doubt(trial, progress, late, still)
            sentences += [f"{trial.about} {doubt}"] if doubt else []
    return sentences


def _overdue(trial: Trial, attempts: Sequence[Attempt]) -> str | None:
    """Rule (a): a timer that should have ended the attempt before it ended by itself."""
    attempt = trial.attempt
    for other in attempts:
        if other.connection != attempt.connection or other.budget_ms is None or other.start_ms > attempt.start_ms:
            continue
        due = other.start_ms + other.budget_ms
        # Only a transport that failed by itself leaves a timer behind.
        running = other == attempt or (other.outcome == "failed" and due > attempt.start_ms)
        if running and trial.until_ms > due + GRAIN_MS:
            did = "opened" if attempt.outcome == "opened" else "failed"
            whose = "its own timer" if other == attempt else f"the timer of {other.transport}"
            late = trial.until_ms - due
            return f"{trial.about} {did} after {ms(trial.age_ms)}, {ms(late)} after {whose} was due to end it"
    return None


def _doubt(trial: Trial, progress: Progress, late: Lateness, still_ms: float) -> str | None:
    """Rules (b), (c) and (d): why this timeout may be the machine's; None where it is not.

    ``late`` is of the whole attempt, ``still_ms`` how long the lab stood still since its last progress.
    """
    kept = trial.until_ms - progress.since_ms
    allowed = SHARE * trial.allowed_ms
    by_lab = f"while timers in the lab fired up to {ms(late.lab_ms)} late{_stalled(late)}"
    match progress.place:
        case "arrived" if _refused(trial):
            return None
        case "arrived" if late.was_measured and kept - late.worst_ms >= BROWSER_NEEDS_MS:
            return None
        case "arrived" if kept >= ARRIVAL_MS:
            return f"timed out although its opening had left for the browser {ms(kept)} before"
        case "hop" if kept - still_ms >= HOP_NEEDS_MS or late.of_lab_ms <= allowed:
            return None
        case "hop":
            return f"timed out {ms(kept)} after {progress.hop} had been given what it waited for, {by_lab}"
    if sum(held_ms(trial).values()) > HOPS_SHARE * trial.allowed_ms:
        return None
    if progress.place == "browser" and late.worst_ms > allowed and not _refused(trial):
        if (shown := _shown_ms(trial)) is not None and trial.until_ms - shown - late.worst_ms >= BROWSER_NEEDS_MS:
            return None
        worst = max(late.browser_ms, late.lab_ms)
        return f"timed out before its request was seen, while timers fired up to {ms(worst)} late{_stalled(late)}"
    if progress.place == "arrived" and late.worst_ms > allowed:
        return f"timed out just as its opening had left for the browser, {by_lab}"
    if progress.place in ("server", "wire") and late.of_lab_ms > allowed:
        where = "the server had its request" if progress.place == "server" else "it was between two vantages"
        return f"timed out when {where}, {by_lab}"
    return None


def _kept_waiting(waits: Sequence[tuple[Wire, float]], trial: Trial, late: Lateness) -> bool:
    """Whether a link took a connection for this attempt, and did nothing with it in all the time that was left."""
    return any(
        trial.attempt.start_ms <= wire.opened_ms
        and until > trial.until_ms
        and (wire.end is None or wire.end.t_ms > trial.until_ms)
        and trial.until_ms - wire.opened_ms - late.lab_still_ms >= HOP_NEEDS_MS
        for wire, until in waits
    )


def _stalled(late: Lateness) -> str:
    return f" and processes waited {ms(late.stall_ms)} for a core" if late.stall_ms else ""


def _shown_ms(trial: Trial) -> float | None:
    """When the page of an iframe transport had left for the browser."""
    ends = [one.end.t_ms for exchanges in trial.pages.values() for one in exchanges if one.end is not None]
    return max(ends, default=None)


def _refused(trial: Trial) -> bool:
    """Whether the browser may have refused to show what arrived: a page in a frame, forbidden by its headers."""
    if trial.kind == "htmlfile":
        framed = trial.sides
    elif trial.attempt.transport.startswith("iframe-"):
        framed = trial.pages
        if framed and "server" not in framed:
            return True  # A page of somebody else's making is in the frame: no client in it will ask for anything.
    else:
        return False
    found = [one.response for exchanges in framed.values() for one in exchanges if one.response]
    names = {name.lower() for response in found for name, _ in response.data.get("headers", ())}
    return bool(names & {"x-frame-options", "content-security-policy"})


def _locked(events: Sequence[Event]) -> list[Window]:
    """When the measuring lock was held; always, where no event speaks of it."""
    windows: list[Window] = []
    since: float | None = None
    for event in events:
        if event.kind == "lock" and since is None:
            since = event.t_ms
        elif event.kind == "unlock" and since is not None:
            windows.append((since, event.t_ms))
            since = None
    if since is not None:
        windows.append((since, float("inf")))
    return windows or [(float("-inf"), float("inf"))]


def _lateness(events: Sequence[Event], windows: list[Window]) -> Lateness:
    """How late the machine was within the windows.

    What an event tells of reaches into a window, or it does not count. A ``head_room`` that reaches in only in
    part counts up to 20 ms, for more would stand in an event ``late`` of its own; a stall up to the part inside.
    """
    worst = {"browser": 0.0, "lab": 0.0}
    still = 0.0
    stall: float | None = None
    for event, since in _told(events):
        inside = sum(max(0.0, min(event.t_ms, end) - max(since, begin)) for begin, end in windows)
        touches = any(since <= end and event.t_ms >= begin for begin, end in windows)
        if event.kind == "pressure":
            if touches:
                stall = (stall or 0.0) + min(float(event.data.get("stall_ms", 0)), inside)
        elif touches and event.vantage in worst:
            late = float(event.data.get("late_ms", 0))
            if event.kind == "head_room" and inside < event.t_ms - since:
                late = min(late, _NOTED_MS)
            worst[event.vantage] = max(worst[event.vantage], late)
            if event.kind == "late" and event.vantage == "lab":
                still += min(late, inside)
    return Lateness(worst["browser"], worst["lab"], still, stall)


def _told(events: Sequence[Event]) -> Iterator[tuple[Event, float]]:
    """Each event of lateness with the time from which on it tells."""
    before: dict[tuple[str, str], float] = {}
    for event in events:
        if event.kind == "late":
            yield event, event.t_ms - float(event.data.get("late_ms", 0))
        elif event.kind in ("head_room", "pressure"):
            # The first of them tells of the time since the measuring began, which is not known: say, the clock's 0.
            yield event, before.get((event.vantage, event.kind), min(0.0, event.t_ms))
            before[(event.vantage, event.kind)] = event.t_ms
