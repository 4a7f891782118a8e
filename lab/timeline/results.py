"""What a run found, as results.json holds it. docs/reference/results.md is its documentation."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
"""Raised when a key of results.json changes its meaning or goes away; new keys do not raise it."""

Outcome = Literal["passed", "failed", "flaky", "error", "skipped"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attempt(_Record):
    """One transport that the client tried."""

    transport: str
    outcome: Literal["opened", "failed", "timed out", "abandoned", "undecided"]
    """abandoned: the page closed the client first; undecided: still on when the case ended."""
    reason: str
    """One sentence: why it ended as it did, with the figures."""
    start_ms: float
    end_ms: float | None
    budget_ms: float | None
    """The time that the client gave it to open."""
    timer_of: str | None = None
    """The transport whose timer ended it, where a timer did: not always its own (sockjs-client to 1.6.1)."""
    connection: str = "main"


class Messages(_Record):
    """How many messages went out and what became of them at an echo service."""

    sent: int = 0
    received: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    corrupted: int = 0


class Check(_Record):
    """One expectation held against the events."""

    what: str
    expected: str
    actual: str
    held: bool


class Diagnosis(_Record):
    """Why one attempt, or the connection as a whole, ended as it did."""

    about: str
    """The transport, or ``connection``."""
    cause: str
    """A short name for the cause, the same wherever it is found: ``upgrade_refused``."""
    hop: str | None
    """The hop that did it; None where it was none, or where the evidence does not say."""
    sentence: str
    proof: list[str] = Field(default_factory=list)
    hint: str = ""


class HeadRoom(_Record):
    """How much of the machine was left: how late timers fired while attempts were undecided."""

    browser_late_ms: float = 0.0
    """The worst lateness of a timer in the page."""
    lab_late_ms: float = 0.0
    """The worst lateness of a timer in the lab's own process."""
    cpu_stall_ms: float | None = None
    """Time in which some process waited for a core (Linux pressure-stall information); None if unknown."""
    waited_for_lock_ms: float = 0.0
    clock_uncertainty_ms: float | None = None
    """How far apart the browser's clock and the lab's can be."""


class CaseResult(_Record):
    """One case: one scenario in one engine with one choice of matrix values."""

    id: str
    scenario: str
    """The scenario's path, as given or found, with forward slashes."""
    title: str
    why: str = ""
    tags: list[str] = Field(default_factory=list)
    engine: str
    engine_version: str = ""
    client_version: str = ""
    matrix: dict[str, Any] = Field(default_factory=dict)
    network: list[str] = Field(default_factory=list)
    """The hops, one line each, from the browser to the server."""
    outcome: Outcome
    message: str = ""
    """For anything but passed: one sentence that says why."""
    remedy: str = ""
    transport: str | None = None
    """The transport that the client opened on; None where it never opened."""
    open_ms: float | None = None
    """From creating the client to its onopen."""
    began_at: float = 0.0
    """Seconds since the epoch."""
    duration_ms: float = 0.0
    """Wall time of the case, all tries together."""
    client_ms: float = 0.0
    """Of that, the time from connect to the last step: what the client itself needed."""
    tries: int = 1
    attempts: list[Attempt] = Field(default_factory=list)
    messages: Messages = Messages()
    expectations: list[Check] = Field(default_factory=list)
    diagnosis: list[Diagnosis] = Field(default_factory=list)
    head_room: HeadRoom = HeadRoom()
    artefacts: dict[str, str] = Field(default_factory=dict)
    """Kind of file to its path below the run's folder: events, screenshot, trace."""


class RunResult(_Record):
    """A whole run."""

    schema_version: int = SCHEMA_VERSION
    lab_version: str
    run: str
    """The name of the run's folder."""
    command: list[str] = Field(default_factory=list)
    began_at: float
    duration_ms: float
    machine: dict[str, str] = Field(default_factory=dict)
    interrupted: bool = False
    cases: list[CaseResult] = Field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many cases ended so."""
        return sum(case.outcome == outcome for case in self.cases)
