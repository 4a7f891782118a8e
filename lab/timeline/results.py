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
    """By the client's own name for it."""
    outcome: Literal["opened", "failed", "timed out", "abandoned", "undecided"]
    """abandoned: the page closed the client first; undecided: still on when the case ended."""
    reason: str
    """One sentence: why it ended as it did, with the figures."""
    start_ms: float
    """When the client began it, in milliseconds on the clock of the case's events."""
    end_ms: float | None
    """When it opened or ended, on the same clock; None while it is undecided."""
    budget_ms: float | None
    """The time that the client gave it to open."""
    timer_of: str | None = None
    """The transport whose timer ended it, where a timer did: not always its own (sockjs-client to 1.6.1)."""
    connection: str = "main"
    """The connection of the page that it belongs to."""


class Messages(_Record):
    """How many messages went out and came in, and what became of them."""

    sent: int = 0
    """Messages that the page sent."""
    received: int = 0
    """Messages that came to the page."""
    pushed: int = 0
    """Messages that the server sent beyond one for each that it received: no fault."""
    lost: int = 0
    """Messages that never arrived, in either direction; without the server's events, that never came back."""
    duplicated: int = 0
    """Messages that arrived more than once."""
    reordered: int = 0
    """Messages that arrived after one that was sent later."""
    corrupted: int = 0
    """Messages that arrived with another text."""


class Check(_Record):
    """One expectation held against the events."""

    what: str
    """The key of the expectation: ``transport``, ``attempts`` ..."""
    expected: str
    """What the scenario says, in words."""
    actual: str
    """What the events say, in words."""
    held: bool
    """Whether the two agree."""

    @property
    def joint(self) -> str:
        """The word between what was expected and what was there: a step's failure is told in words of its own."""
        return "but" if self.what.startswith("step ") else "was"

    @property
    def missed(self) -> str:
        """What was expected and what was there, behind `what`."""
        return f"expected {self.expected}, {self.joint} {self.actual}"


class Diagnosis(_Record):
    """Why one attempt, or the connection as a whole, ended as it did."""

    about: str
    """The transport; ``open connection`` for what became of it after it had opened; or ``connection``."""
    cause: str
    """A short name for the cause, the same wherever it is found: ``upgrade_refused``."""
    hop: str | None
    """The hop that did it; None where it was none, or where the evidence does not say."""
    sentence: str
    """What happened, for a person."""
    proof: list[str] = Field(default_factory=list)
    """The events that show it, one line each."""
    hint: str = ""
    """What would change it, where the lab knows."""


class HeadRoom(_Record):
    """How much of the machine was left: how late timers fired while attempts were undecided."""

    browser_late_ms: float = 0.0
    """The worst lateness of a timer in the page."""
    lab_late_ms: float = 0.0
    """The worst lateness of a timer in the lab's own process."""
    cpu_stall_ms: float | None = None
    """Time in which some process waited for a core (Linux pressure-stall information); None if unknown."""
    waited_for_lock_ms: float = 0.0
    """How long the case waited until it could measure alone."""
    clock_uncertainty_ms: float | None = None
    """How far apart the browser's clock and the lab's can be."""


class OtherTry(_Record):
    """A try of a case that was run again, of which its result does not tell."""

    number: int
    """Which try it was, counted from 1; its files lie in a folder of its own."""
    outcome: Outcome
    """``error``: it did not count; ``failed``: it was tried again because of ``--retries``."""
    message: str
    """Why it ended so."""
    engine_failed: bool = False
    """Whether the engine crashed or hung and was replaced; else an ``error`` is the busy machine's."""


class Replaced(_Record):
    """An engine that crashed or hung, and was ended: what ran next got a new one."""

    engine: str
    """``chromium``, ``firefox``, ``webkit``."""
    case: str
    """The case, or the control run, in which that was noticed."""
    message: str
    """How it was noticed."""


class CaseResult(_Record):
    """One case: one scenario in one engine with one choice of matrix values."""

    id: str
    """The name of the case, unique in its run."""
    scenario: str
    """The scenario's path, as given or found, with forward slashes."""
    title: str
    """The scenario's title."""
    why: str = ""
    """The scenario's prose: what it reproduces."""
    reason: str = ""
    """Why this case is as it is, where the scenario's matrix says so of its cell."""
    tags: list[str] = Field(default_factory=list)
    """The scenario's tags."""
    engine: str
    """What ran the client: ``chromium``, ``firefox``, ``webkit``."""
    engine_version: str = ""
    """As the engine gives it; empty where it never started."""
    client_version: str = ""
    """The release of sockjs-client, as it says itself; with the file or URL that it came from, if any."""
    matrix: dict[str, Any] = Field(default_factory=dict)
    """The matrix values of this case, by dotted key."""
    network: list[str] = Field(default_factory=list)
    """The hops, one line each, from the browser to the server."""
    outcome: Outcome
    """``flaky``: passed at a later try; ``error``: the lab's own failure, never the scenario's."""
    message: str = ""
    """For anything but passed: one sentence that says why."""
    remedy: str = ""
    """What to do about the message, where the lab knows."""
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
    """How often the case was run."""
    other_tries: list[OtherTry] = Field(default_factory=list)
    """The tries that the rest of this result is not of, and why it is not of them."""
    attempts: list[Attempt] = Field(default_factory=list)
    """The transports that the client tried, in order."""
    messages: Messages = Messages()
    """What became of the messages."""
    expectations: list[Check] = Field(default_factory=list)
    """Every expectation that the scenario writes, and whether it held."""
    diagnosis: list[Diagnosis] = Field(default_factory=list)
    """Why the attempts ended as they did."""
    head_room: HeadRoom = HeadRoom()
    """How much of the machine was left."""
    artefacts: dict[str, str] = Field(default_factory=dict)
    """Kind of file to its path below the run's folder: events, screenshot, trace."""


class RunResult(_Record):
    """A whole run."""

    schema_version: int = SCHEMA_VERSION
    """Raised when a key changes its meaning or goes away; new keys do not raise it."""
    lab_version: str
    """The version of the lab that ran."""
    run: str
    """The name of the run's folder."""
    command: list[str] = Field(default_factory=list)
    """The command line."""
    began_at: float
    """Seconds since the epoch."""
    duration_ms: float
    """Wall time of the run."""
    machine: dict[str, str] = Field(default_factory=dict)
    """What it ran on: system, cores, versions."""
    interrupted: bool = False
    """Whether the run was ended before all cases had run."""
    replaced: list[Replaced] = Field(default_factory=list)
    """The engines that had to be replaced."""
    cases: list[CaseResult] = Field(default_factory=list)
    """One entry per case."""

    def count(self, outcome: Outcome) -> int:
        """How many cases ended so."""
        return sum(case.outcome == outcome for case in self.cases)
