"""The client could not get /info, and without it tries no transport at all."""

from collections.abc import Iterator

from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.join import GRAIN_MS
from lab.timeline.results import Diagnosis
from lab.timeline.words import ms

ORDER = 10

_HINT = "sockjs-client tries no transport before GET <endpoint>/info has succeeded: let that request through"
_CORS = "Access-Control-Allow-Origin"


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Says who refused ``/info``, or that the browser could not read what it was given."""
    info = case.info
    if info is None or info.ok or info.end_ms is None:
        return
    until = info.end_ms
    sides: dict[str, Exchange] = {}
    for one in case.exchanges:
        if one.path.endswith("/info") and one.method == "GET" and info.start_ms - GRAIN_MS <= one.t_ms <= until:
            sides.setdefault(one.side, one)
    answer = answer_of(sides, case.hops, until + GRAIN_MS)
    took = ms(until - info.start_ms)
    begun = f"The client could not get /info in {took}, so it tried no transport"
    proof = [f"{side} saw GET {one.path}, answered {one.status or 'by nobody'}" for side, one in sides.items()]
    hop: str | None = None
    hint = _HINT
    if not sides:
        why = "nobody outside the browser saw the request"
        hint = "check the endpoint's URL, its name and port, and the browser's proxy settings"
    elif answer is None:
        furthest = list(sides)[-1]
        hop = furthest.removesuffix(".client") if furthest.endswith(".client") else None
        why = f"{hop or 'the server'} had it and gave no answer"
    elif answer.status != 200:
        hop = answer.hop
        why = f"{hop or 'the server'} answered it with {answer.status}"
    else:
        hop = next((h for h in case.hops if _lost_cors(sides, h)), None)
        by = f"{hop} had removed {_CORS} from it" if hop else "its CORS headers may not allow the page to read it"
        why = f"a 200 left for the browser, which did not let the client read it: {by}"
        hint = (
            f"answer with one {_CORS} that names the page's origin, and with Access-Control-Allow-Credentials: true"
        )
    yield Diagnosis(
        about="connection", cause="info_failed", hop=hop, sentence=f"{begun}: {why}.", proof=proof, hint=hint
    )


def _lost_cors(sides: dict[str, Exchange], hop: str) -> bool:
    inward, outward = sides.get(f"{hop}.server"), sides.get(f"{hop}.client")
    return bool(inward and outward and inward.values(_CORS, "response") and not outward.values(_CORS, "response"))
