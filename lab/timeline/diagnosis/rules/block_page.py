"""A hop put a page of its own in place of the answer, with a status that says that all is well."""

from collections.abc import Iterator
from itertools import groupby

from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.results import Diagnosis

ORDER = 37

_HINT = "this is what block pages, login pages and captive portals look like: let {hop} pass what is below the "
_HINT += "endpoint's path"


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where 200 and an HTML page were made by a hop; of /info too, which then counts as an empty one."""
    for ask in case.asks:
        answer = ask.answer
        if answer is None or answer.hop is None or answer.status != 200 or not _is_page(answer.exchange):
            continue
        again = sum(one.path == ask.nearest.path and one.side == ask.nearest.side for one in case.exchanges)
        often = f" The client asked {again} times." if again > 1 else ""
        yield Diagnosis(
            about=ask.about,
            cause="block_page",
            hop=answer.hop,
            sentence=f"{answer.hop} answered {ask.name} with an HTML page and status 200"
            f"{', and the server was not asked' if not answer.asked else ''}, {ask.so}.{often}",
            proof=ask.journey(),
            hint=_HINT.format(hop=answer.hop),
        )
    yield from _info(case)


def _info(case: Evidence) -> Iterator[Diagnosis]:
    """A 200 that is no JSON counts as an /info without anything in it (sockjs-client 1.6.1, lib/info-ajax.js)."""
    asked = [one for one in case.exchanges if one.path.endswith("/info") and one.method == "GET"]
    if case.info is None or not case.info.ok or case.info.info:
        return
    sides = {side: next(found) for side, found in groupby(asked, key=lambda one: one.side)}
    until = case.info.end_ms if case.info.end_ms is not None else float("inf")
    answer = answer_of(sides, case.hops, until)
    if answer is not None and answer.hop is not None and _is_page(answer.exchange):
        yield Diagnosis(
            about="connection",
            cause="block_page",
            hop=answer.hop,
            sentence=f"{answer.hop} answered GET /info with an HTML page; the client took it for an empty answer and "
            "went on as if nothing were wrong.",
            proof=[f"{side} saw GET {one.path}, answered {one.status or 'by nobody'}" for side, one in sides.items()],
            hint=_HINT.format(hop=answer.hop),
        )


def _is_page(exchange: Exchange) -> bool:
    """Whether the answer is HTML, where no transport but htmlfile and the iframes' page have that."""
    types = exchange.values("Content-Type", "response")
    return any("html" in one.lower() for one in types)
