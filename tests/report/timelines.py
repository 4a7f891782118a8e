"""A small timeline: a websocket that a hop spoils, then polls with two messages, of which one is lost."""

from lab.timeline.results import Attempt
from lab.timeline.tree import Change, Closed, Connection, Frame, Message, Request, Sighting, Span, Timeline, Try

ZERO = 700.0
VIA = Change(
    of="response", name="Via", before=[], after=["1.1 gate"], source="hop1.server", target="hop1.client", hop="hop1"
)
UPGRADE = Change(
    of="request",
    name="Upgrade",
    before=["websocket"],
    after=[],
    source="hop1.client",
    target="hop1.server",
    hop="hop1",
)


def span(vantage: str, start: float, end: float | None, *, status: int | None = 200, total: int = 0) -> Span:
    return Span(
        vantage=vantage,
        start_ms=ZERO + start,
        answered_ms=ZERO + start + 1 if status else None,
        status=status,
        end_ms=None if end is None else ZERO + end,
        ended="complete" if end else "",
        down=[(ZERO + end, total)] if end and total else [],
    )


def request(path: str, start: float, end: float | None, *changes: Change, status: int = 200) -> Request:
    spans = [
        span("hop1.client", start, end, status=status),
        span("hop1.server", start + 1, end, status=status),
        span("server", start + 2, end, status=status, total=7),
    ]
    return Request(
        what="transport",
        method="GET",
        path=f"/echo/000/abc/{path}",
        start_ms=ZERO + start,
        end_ms=end,
        spans=spans,
        changes=list(changes),
    )


def tried(transport: str, outcome: str, start: float, end: float, *requests: Request) -> Try:
    attempt = Attempt.model_validate(
        {
            "transport": transport,
            "outcome": outcome,
            "reason": "Because.",
            "start_ms": ZERO + start,
            "end_ms": ZERO + end,
            "budget_ms": 600,
        }
    )
    return Try(attempt=attempt, url=None, until_ms=None, requests=list(requests))


def polled(path: str, start: float, end: float | None) -> Request:
    """A poll that the browser got a frame of."""
    made = request(path, start, end, VIA)
    frames = [Frame(t_ms=ZERO + (end or start), direction="down", bytes=1, text="o")]
    seen = Span(vantage="browser", start_ms=ZERO + start, end_ms=None, counts="frames", only="frames", frames=frames)
    return made.model_copy(update={"spans": [seen, *made.spans]})


TIMELINE = Timeline(
    hops=["hop1"],
    vantages=["browser", "hop1.client", "hop1.server", "server"],
    end_ms=ZERO + 100,
    connections=[
        Connection(
            name="main",
            url="http://sut.test/echo",
            start_ms=ZERO,
            opened_ms=ZERO + 22,
            transport="xhr-polling",
            closed=Closed(t_ms=ZERO + 90, code=1000, reason="Normal", was_clean=True),
            info=[],
            tries=[
                tried("websocket", "failed", 1, 9, request("websocket", 2, 8, UPGRADE, VIA, status=400)),
                tried(
                    "xhr-polling",
                    "opened",
                    10,
                    22,
                    polled("xhr", 11, 20),
                    polled("xhr", 25, 60),
                    polled("xhr", 61, None),
                ),
            ],
            messages=[
                Message(
                    direction="up",
                    n=0,
                    text="hello",
                    bytes=5,
                    arrived=True,
                    seen=[Sighting(vantage="browser", t_ms=ZERO + 30), Sighting(vantage="server", t_ms=ZERO + 34)],
                ),
                Message(
                    direction="up",
                    n=1,
                    text="gone",
                    bytes=4,
                    arrived=False,
                    seen=[Sighting(vantage="browser", t_ms=ZERO + 40)],
                ),
            ],
        )
    ],
)
