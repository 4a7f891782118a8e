"""A hop compressed a stream and kept it in its compressor."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.results import Diagnosis
from lab.timeline.words import number, plural

ORDER = 61


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where only the browser's side of a hop has a Content-Encoding, and the answer has not ended there."""
    for ask in case.asks:
        for hop in ask.hops:
            outward, inward = ask.sides.get(f"{hop}.client"), ask.sides.get(f"{hop}.server")
            if outward is None or inward is None or outward.end is not None:
                continue
            packed = _encoding(outward)
            if not packed or _encoding(inward):
                continue
            came, left = (one.total_by(ask.until_ms) for one in (inward, outward))
            yield Diagnosis(
                about=ask.about,
                cause="response_compressed",
                hop=hop,
                sentence=f"{hop} compresses answers ({packed}) and keeps them in its compressor: of the "
                f"{plural(came, 'byte')} of {ask.name} that it was given, {number(left)} compressed ones had left, "
                f"{ask.so}.",
                proof=[f"{hop}.client saw Content-Encoding: {packed}, {hop}.server saw none", *ask.journey()],
                hint=f"switch compression off in {hop} below the endpoint's path, or let it flush after each piece; "
                "the server says no-transform, which some compressors heed",
            )
            break


def _encoding(exchange: Exchange) -> str:
    values = ", ".join(exchange.values("Content-Encoding", "response"))
    return "" if values.lower() == "identity" else values
