"""The browser itself ended the connection, or starved it: the page was left, or stood still, or it was offline."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.lives import Life
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 900
CAUSES = ("page_left", "browser_offline", "page_asleep")

SOON_MS = 2000.0
"""What was held up meanwhile shows within this time, and a page that comes so soon took the place of the other."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where nobody on the way had a part in it, and the end fell into such a time of the browser's."""
    for life in case.lives:
        if life.trouble and life.closed is not None:
            yield from _of(case, life, life.closed.t_ms)


def _of(case: Evidence, life: Life, closed_ms: float) -> Iterator[Diagnosis]:
    about = life.about
    if (next_ms := _next_page(case, life, closed_ms)) is not None:
        yield Diagnosis(
            about=about,
            cause="page_left",
            hop=None,
            sentence=f"The page was left {ms(life.age_ms(closed_ms))} after the connection had opened, and the "
            f"connection ended with it: {life.fate}.",
            proof=[f"another page was there {ms(next_ms - closed_ms)} after the end"],
            hint="close the connection when the page is left (pagehide), so that the server hears of it at once",
        )
    elif (away := _during(case, "offline", closed_ms)) is not None:
        yield Diagnosis(
            about=about,
            cause="browser_offline",
            hop=None,
            sentence=f"The browser was offline for {_time(life, away)}, so the open connection {life.fate}.",
            proof=[f"the connection ended {ms(closed_ms - away[0])} after the browser had gone offline"],
            hint="connect again when the page hears the event `online`",
        )
    elif (away := _during(case, "sleep", closed_ms)) is not None:
        yield Diagnosis(
            about=about,
            cause="page_asleep",
            hop=None,
            sentence=f"The page stood still for {_time(life, away)}, as on a laptop that sleeps, so the open "
            f"connection {life.fate}.",
            proof=[f"the connection ended {ms(max(0.0, closed_ms - away[1]))} after the page had gone on"],
            hint="connect again after a sleep; a session over HTTP outlives a pause shorter than the "
            "server's disconnect delay (5 s by default)",
        )


def _time(life: Life, away: tuple[float, float]) -> str:
    return f"{ms(away[1] - away[0])}, from {ms(life.age_ms(away[0]))} after the connection had opened"


def _next_page(case: Evidence, life: Life, closed_ms: float) -> float | None:
    """When the next page was there, where the connection's own was just being left."""
    own = int(life.connection.rpartition("@")[2]) if "@" in life.connection else 1
    clocks = (event for event in case.events if event.kind == "clock" and event.t_ms > closed_ms)
    after = next((clock.t_ms for clock in clocks if clock.data.get("generation", 1) > own), None)
    if after is None or after - closed_ms <= SOON_MS:
        return after
    return after if any(_during(case, step, closed_ms) for step in ("reload", "navigate")) else None


def _during(case: Evidence, step: str, t_ms: float) -> tuple[float, float] | None:
    """The step of this name that had begun by then, and was over not long before it."""
    begun: dict[object, float] = {}
    for event in case.events:
        if event.kind != "step" or event.data.get("step") != step:
            continue
        index = event.data.get("index")
        if event.data.get("state") == "begin":
            begun[index] = event.t_ms
        elif index in begun and begun[index] <= t_ms <= event.t_ms + SOON_MS:
            return begun[index], event.t_ms
    return None
