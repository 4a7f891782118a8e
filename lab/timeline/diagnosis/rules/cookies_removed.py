"""A hop took cookies away, in requests or in answers: stickiness by cookie is lost."""

from collections import defaultdict
from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.exchanges import Exchange
from lab.timeline.results import Diagnosis
from lab.timeline.words import listed, plural

ORDER = 20


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """One diagnosis for each hop that removed cookies, with their names and how often."""
    upwards: dict[str, list[list[str]]] = defaultdict(list)
    downwards: dict[str, list[list[str]]] = defaultdict(list)
    for hop, outward, inward in through_hops(case.exchanges, case.hops):
        if gone := [name for name in _sent(outward) if name not in _sent(inward)]:
            upwards[hop].append(gone)
        # As many as before under other names were renamed: see cookies_changed.
        if outward.response and len(_set(outward)) < len(_set(inward)):
            downwards[hop].append([name for name in _set(inward) if name not in _set(outward)])
    for hop in case.hops:
        parts = []
        for found, what in ((upwards[hop], "request"), (downwards[hop], "answer")):
            if found:
                names = sorted({name for gone in found for name in gone})
                cookies = "cookie" if len(names) == 1 else "cookies"
                parts.append(f"the {cookies} {listed(names)} from {plural(len(found), what)}")
        if parts:
            yield Diagnosis(
                about="connection",
                cause="cookies_removed",
                hop=hop,
                sentence=f"{hop} removed {listed(parts)}.",
                proof=[
                    f"one side of {hop} saw {part.replace(' from ', ' in ')}, the other did not" for part in parts
                ],
                hint="a balancer that tells servers apart by cookie cannot work here: "
                "make it use the <server> part of the session's URL",
            )


def _sent(exchange: Exchange) -> list[str]:
    """Names of the cookies that a request carries."""
    return [pair.split("=")[0].strip() for value in exchange.values("Cookie") for pair in value.split(";")]


def _set(exchange: Exchange) -> list[str]:
    """Names of the cookies that an answer sets."""
    return [value.split("=")[0].strip() for value in exchange.values("Set-Cookie", "response")]
