"""A hop passed on a body that is not the one it was given: something put in, taken out, or all of it dropped."""

from collections.abc import Iterator

from lab.timeline.bodies import body_change
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.results import Diagnosis

ORDER = 62


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where the two sides of a hop counted different lengths of one body, and that can be no holding back."""
    for ask in case.asks:
        for hop in ask.hops:
            outward, inward = ask.sides.get(f"{hop}.client"), ask.sides.get(f"{hop}.server")
            change = body_change(outward, inward) if outward and inward else None
            if change is None or change.packed or (ask.life and not ask.life.trouble):
                continue
            what = "page of its iframe" if ask.page else "body"
            server = ask.sides.get("server")
            refused = server is not None and server.status is not None and server.status >= 400
            yield Diagnosis(
                about=ask.about,
                cause="content_changed",
                hop=hop,
                sentence=f"{hop} {change.words} ({ask.name})"
                f"{f', so that the server answered {server.status}' if refused and server else ''}, {ask.so}.",
                proof=[
                    f"{hop}.{'client' if change.of == 'request' else 'server'} saw {change.came} bytes of the {what}",
                    f"{hop}.{'server' if change.of == 'request' else 'client'} saw {change.left} bytes of it",
                ],
                hint=f"switch off what rewrites bodies in {hop} below the endpoint's path; where it is not yours, "
                "use https, which it can read only if it intercepts TLS",
            )
            break
