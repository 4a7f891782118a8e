"""Made-up results with the figures that real ones have: for the tests, and to look at.

``python -m tests.report.sample 12 reports/sample`` writes every report of a run of 12 cases.
"""

import sys
from itertools import product
from pathlib import Path
from typing import Any

from lab.report import write_all
from lab.timeline.results import (
    Attempt,
    CaseResult,
    Check,
    Diagnosis,
    HeadRoom,
    Messages,
    OtherTry,
    Outcome,
    Replaced,
    RunResult,
)

BEGAN_AT = 1_795_356_187.0
CREATED_MS = 702.0
VERSIONS = {"chromium": "156.0.7204.0", "firefox": "153.7.0", "webkit": "2.50.6"}
STRIPPED = "hop1 (no_upgrade) removed the Upgrade header, so the server answered 400 to a plain GET."
HELD_BACK = "hop1 (buffering) held back all 2,054 bytes of the response; the open frame never reached the browser."


def attempt(
    transport: str, outcome: Any, start: float, end: float | None, budget: float = 622, **more: Any
) -> Attempt:
    reasons = {
        "opened": "Its open frame came.",
        "failed": "The handshake was answered with 400; the browser closed it with code 1006.",
        "timed out": f"No open frame came within the {budget:.0f} ms that the client gave it.",
        "abandoned": "The page closed the client first.",
        "undecided": "It was still waiting when the case ended.",
    }
    reason = more.pop("reason", reasons[outcome])
    # A case's clock starts some time before its client is created.
    start, end = start + CREATED_MS, None if end is None else end + CREATED_MS
    return Attempt(
        transport=transport, outcome=outcome, reason=reason, start_ms=start, end_ms=end, budget_ms=budget, **more
    )


def fallback(shift: float = 0.0) -> list[Attempt]:
    """The walk down to xhr-polling behind a proxy that drops upgrades and buffers responses."""
    return [
        attempt("websocket", "failed", 16.2, 26.4 + shift),
        attempt("xhr-streaming", "timed out", 27.1 + shift, 638.0 + shift, timer_of="websocket"),
        attempt("eventsource", "timed out", 638.4 + shift, 1_260.9 + shift),
        attempt("iframe-eventsource", "timed out", 1_261.3 + shift, 2_194.8 + shift, budget=933),
        attempt("xhr-polling", "opened", 2_195.1 + shift, 2_211.7 + shift),
    ]


def diagnosis() -> list[Diagnosis]:
    held = [
        Diagnosis(about=name, cause="response_buffered", hop="hop1", sentence=HELD_BACK)
        for name in ("xhr-streaming", "eventsource", "iframe-eventsource")
    ]
    refused = Diagnosis(
        about="websocket",
        cause="upgrade_removed",
        hop="hop1",
        sentence=STRIPPED,
        proof=["16.9 ms hop1 behaviour: removed the Upgrade header", "18.1 ms server response: 400"],
        hint="serve the page over https: most proxies pass an encrypted websocket on unread",
    )
    return [refused, *held]


def case(engine: str = "chromium", outcome: Outcome = "passed", **more: Any) -> CaseResult:
    """A case behind a corporate gateway; keywords replace its values."""
    scenario = more.pop("scenario", "scenarios/corporate/strip-and-buffer.yaml")
    values: dict[str, Any] = {
        "id": f"{scenario.removeprefix('scenarios/').removesuffix('.yaml')}[{engine}]",
        "scenario": scenario,
        "title": "A forward proxy drops the Upgrade header and buffers responses",
        "why": "What gateways that scan content do to a page on plain http: they know no upgrade, and let a\n"
        "response go only when they have seen the whole of it.",
        "tags": ["corporate", "forward"],
        "engine": engine,
        "engine_version": VERSIONS.get(engine, "1.0"),
        "client_version": "1.6.1",
        "network": ["hop1: forward proxy: no_upgrade, buffering (until: close)"],
        "outcome": outcome,
        "transport": "xhr-polling",
        "open_ms": 2_211.7,
        "began_at": BEGAN_AT + 2,
        "duration_ms": 3_420.5,
        "client_ms": 2_290.3,
        "attempts": fallback(),
        "messages": Messages(sent=1, received=1),
        "expectations": [
            Check(what="transport", expected="xhr-polling", actual="xhr-polling", held=True),
            Check(what="delivery", expected="exactly once, in order", actual="exactly once, in order", held=True),
        ],
        "diagnosis": diagnosis(),
        "head_room": HeadRoom(browser_late_ms=3.2, lab_late_ms=1.4, cpu_stall_ms=12.0, clock_uncertainty_ms=0.4),
        "artefacts": {"events": f"cases/{engine}/events.ndjson", "screenshot": f"cases/{engine}/end of case.png"},
    }
    return CaseResult.model_validate(values | more)


def direct(engine: str, scenario: str = "scenarios/direct/plain.yaml", **more: Any) -> CaseResult:
    """A case with nothing between the browser and the server."""
    return case(
        engine,
        scenario=scenario,
        **{
            "title": "Nothing between the browser and the server",
            "why": "",
            "tags": [],
            "network": [],
            "transport": "websocket",
            "open_ms": 31.4,
            "duration_ms": 912.0,
            "attempts": [attempt("websocket", "opened", 17.9, 31.4)],
            "diagnosis": [],
            "expectations": [Check(what="transport", expected="websocket", actual="websocket", held=True)],
            **more,
        },
    )


def failed(engine: str = "webkit", **more: Any) -> CaseResult:
    """A case that ended on another transport than the scenario says, and too late."""
    return case(
        engine,
        "failed",
        **{
            "message": "transport: expected xhr-polling, was jsonp-polling (and 1 more)",
            "transport": "jsonp-polling",
            "open_ms": 2_671.0,
            "attempts": [
                *fallback()[:4],
                attempt("xhr-polling", "failed", 2_195.1, 2_480.2, reason="The request was answered with 403."),
                attempt("jsonp-polling", "opened", 2_480.6, 2_671.0, budget=311),
            ],
            "messages": Messages(sent=3, received=3, lost=1, duplicated=1),
            "expectations": [
                Check(what="transport", expected="xhr-polling", actual="jsonp-polling", held=False),
                Check(
                    what="attempts",
                    expected="websocket: failed, xhr-streaming: timed out, xhr-polling: opened",
                    actual="websocket: failed, xhr-streaming: timed out, eventsource: timed out, "
                    "iframe-eventsource: timed out, xhr-polling: failed, jsonp-polling: opened",
                    held=False,
                ),
                Check(what="opened_within", expected="within 4,000 ms", actual="after 2,671 ms", held=True),
            ],
            "remedy": "If the new path is right, write it into the scenario under expect.webkit.",
            **more,
        },
    )


def broken(engine: str = "firefox", **more: Any) -> CaseResult:
    """A case that the lab could not judge."""
    return direct(
        engine,
        "scenarios/direct/info-down.yaml",
        **{
            "title": "The endpoint's /info cannot be had",
            "outcome": "error",
            "engine_version": "",
            "message": "Firefox could not be started: there is no /usr/bin/firefox-esr.",
            "remedy": "Run `lab install firefox`, or leave it out with --browser chromium.",
            "transport": None,
            "open_ms": None,
            "attempts": [],
            "expectations": [],
            "messages": Messages(),
            "artefacts": {},
            "head_room": HeadRoom(),
            **more,
        },
    )


HUNG = "chromium could not go on: it gave no sign of life for 5 s."


def again(**more: Any) -> CaseResult:
    """A case that passed at its third try: the machine was busy first, then the browser hung."""
    tries = [
        OtherTry(number=1, outcome="error", message="machine too busy: websocket timed out, timers 310 ms late"),
        OtherTry(number=2, outcome="error", message=HUNG, engine_failed=True),
    ]
    return direct("chromium", **{"tries": 3, "other_tries": tries, **more})


def replaced(made: CaseResult) -> Replaced:
    """What the run tells of the engine that hung in a case."""
    return Replaced(engine=made.engine, case=made.id, message=HUNG)


def run_of(*cases: CaseResult, **more: Any) -> RunResult:
    """A run with these cases; keywords replace its values."""
    values: dict[str, Any] = {
        "lab_version": "0.1.0",
        "run": "2026-11-22T14-03-07",
        "command": ["lab", "run", "scenarios/corporate"],
        "began_at": BEGAN_AT,
        "duration_ms": 48_200.0,
        "machine": {"system": "Linux 6.1", "cores": "2", "python": "3.11.2"},
        "cases": list(cases),
    }
    return RunResult.model_validate(values | more)


def dozen() -> list[CaseResult]:
    """Twelve cases: four scenarios in three engines, with one of each outcome among them."""
    skipped: dict[str, Any] = {
        "attempts": [],
        "expectations": [],
        "transport": None,
        "open_ms": None,
        "diagnosis": [],
    }
    waiting = [attempt("websocket", "failed", 16.2, 26.4), attempt("xhr-streaming", "undecided", 27.0, None)]
    hops = [
        "hop1: forward proxy: no_upgrade",
        "hop2: reverse proxy, TLS intercepted: buffering (until: 4096)",
        "balancer: reverse proxy: strip_cookies",
    ]
    names = list(VERSIONS)
    return [
        *(direct(engine) for engine in names),
        case("chromium"),
        case("firefox", attempts=fallback(4.7), open_ms=2_216.4),
        failed("webkit"),
        direct(
            "chromium",
            "scenarios/direct/info-down.yaml",
            title="The endpoint's /info cannot be had",
            attempts=[],
            transport=None,
            open_ms=None,
            expectations=[Check(what="transport", expected="none", actual="none", held=True)],
        ),
        broken("firefox"),
        broken("webkit", outcome="skipped", message="the run ended before this case", remedy=""),
        case(
            "chromium",
            "flaky",
            scenario="scenarios/chains/three-hops.yaml",
            title="Three hops, one after the other",
            matrix={"client.version": "1.1.5", "page.scheme": "https"},
            network=hops,
            tries=2,
            message="The first try ended on websocket; the second held every expectation.",
        ),
        case(
            "firefox",
            scenario="scenarios/chains/three-hops.yaml",
            title="Three hops, one after the other",
            matrix={"client.version": "1.1.5", "page.scheme": "https"},
            network=hops,
        ),
        case(
            "webkit",
            "skipped",
            scenario="scenarios/chains/three-hops.yaml",
            title="Three hops, one after the other",
            matrix={"client.version": "1.1.5", "page.scheme": "https"},
            network=hops,
            message="The engine was left out.",
            **(skipped | {"attempts": waiting}),
        ),
    ]


def many(count: int) -> list[CaseResult]:
    """So many cases, a failure in every 97th."""
    cases = []
    for index in range(count):
        engine = list(VERSIONS)[index % 3]
        number = index // 3
        make = failed if index % 97 == 50 else direct if number % 4 == 0 else case
        path = f"scenarios/generated/theme-{number % 7}/behaviour-{number:03}.yaml"
        cases.append(make(engine, scenario=path, title=f"Behaviour {number} between the browser and the server"))
    return cases


TRANSPORTS = [
    *("websocket", "xhr-streaming", "xdr-streaming", "eventsource", "iframe-eventsource", "htmlfile"),
    *("iframe-htmlfile", "xhr-polling", "xdr-polling", "iframe-xhr-polling", "jsonp-polling"),
]


def transports() -> list[CaseResult]:
    """One scenario with a matrix: each transport alone, in three engines, on both schemes, from both origins."""
    cases = []
    for transport, scheme, origin, engine in product(TRANSPORTS, ("http", "https"), ("same", "cross"), VERSIONS):
        matrix = {"client.transports": [transport], "page.scheme": scheme, "page.origin": origin}
        chosen = ",".join(f"{key}={value}" for key, value in matrix.items())
        opens = not transport.startswith("xdr") and not (transport == "htmlfile" and origin == "cross")
        right = (transport, engine, scheme) != ("eventsource", "webkit", "https")
        tried = attempt(transport, "opened" if opens else "failed", 17.9, 31.4)
        cases.append(
            direct(
                engine,
                "scenarios/transports/each.yaml",
                id=f"transports/each[{engine},{chosen}]",
                title="Each transport alone, with nothing between",
                why="What each browser can do by itself.",
                matrix=matrix,
                outcome="passed" if right else "failed",
                message="" if right else "transport: expected eventsource, was none",
                transport=transport if opens and right else None,
                open_ms=31.4 if opens and right else None,
                attempts=[tried if right else attempt(transport, "failed", 17.9, 31.4)],
                expectations=[Check(what="transport", expected=transport, actual="none", held=right)],
            )
        )
    return cases


def sample(count: int) -> RunResult:
    """The run of so many cases that people look at: 0, 1, 12, 132 of one scenario, or any number."""
    if count == 132:
        return run_of(*transports())
    if count == 12:
        return run_of(*dozen())
    return run_of(failed("chromium")) if count == 1 else run_of(*many(count))


if __name__ == "__main__":
    write_all(sample(int(sys.argv[1])), Path(sys.argv[2]))
