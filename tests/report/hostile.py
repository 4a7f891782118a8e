"""A case that tries everything: the same hostile text in every field that takes any text."""

from lab.timeline.results import Attempt, CaseResult, Check, Diagnosis, Messages, OtherTry
from lab.timeline.tree import Change, Connection, Frame, Message, Request, Sighting, Span, Timeline, Try
from tests.report.sample import case

MARKUP = """</style></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`&lt;{{7*7}}"""
HOSTILE = MARKUP + "\x00\x1b[2J\ud800\u202e]]>"


def hostile_case() -> CaseResult:
    """A case with hostile words everywhere, and artefacts that lead out of the run's folder."""
    text = HOSTILE
    tried = dict.fromkeys(("transport", "reason", "timer_of", "connection"), text)
    return case(
        text,
        "failed",
        **dict.fromkeys(("id", "scenario", "title", "why", "engine_version", "client_version"), text),
        **dict.fromkeys(("message", "remedy", "transport"), text),
        tags=[text],
        matrix={text: {text: [text]}},
        network=[text, f"hop1 {text}"],
        attempts=[
            Attempt(**tried, outcome="failed", start_ms=1, end_ms=3, budget_ms=5),
            Attempt(**tried, outcome="undecided", start_ms=3, end_ms=None, budget_ms=5),
            Attempt(**(tried | {"connection": "second" + text}), outcome="opened", start_ms=3, end_ms=9, budget_ms=5),
        ],
        tries=3,
        other_tries=[
            OtherTry(number=number, outcome="error", message=text, engine_failed=number == 1) for number in (1, 2)
        ],
        messages=Messages(sent=1),
        expectations=[Check(what=text, expected=text, actual=text, held=False)],
        diagnosis=[Diagnosis(about=text, cause=text, hop=text, sentence=text, proof=[text], hint=text)],
        artefacts={
            text: text,
            "events": "javascript:alert(1)",
            "trace": "//elsewhere.test/x",
            "up": "../../etc/x.png",
        },
    )


def hostile_timeline() -> Timeline:
    """A timeline with what a server or a page may have said: a lone surrogate has no place in the file itself."""
    text = HOSTILE.replace("\ud800", "")
    span = Span(
        vantage=text,
        start_ms=1,
        answered_ms=2,
        end_ms=3,
        ended=text,
        by=text,
        down=[(2.5, 7)],
        frames=[Frame(t_ms=2, direction="up", bytes=1, text=text)],
    )
    change = Change(of="request", name=text, before=[text], after=[], source=text, target="server", hop=text)
    request = Request(what="transport", method=text, path=text, start_ms=1, end_ms=3, spans=[span], changes=[change])
    tried = Attempt(transport=text, outcome="failed", reason=text, start_ms=1, end_ms=3, budget_ms=5)
    seen = [Sighting(vantage=text, t_ms=1)]
    said = Message(direction="up", n=0, text=text, bytes=9, seen=seen, arrived=False)
    connection = Connection(
        name=text,
        url=text,
        start_ms=0,
        info=[],
        tries=[Try(attempt=tried, url=text, until_ms=3, requests=[request])],
        messages=[said],
    )
    return Timeline(hops=[text], vantages=["browser", text, "server"], end_ms=4, connections=[connection])
