"""A hop changed cookies on their way down: their name, or where and how long the browser keeps them."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence, through_hops
from lab.timeline.results import Diagnosis
from lab.timeline.words import listed, plural

ORDER = 21


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """One diagnosis for each hop on whose two sides the same cookie was set in different words."""
    for hop in case.hops:
        changes = [
            (was, now)
            for at, outward, inward in through_hops(case.exchanges, case.hops)
            if at == hop and outward.response is not None and inward.response is not None
            for was, now in zip(
                inward.values("Set-Cookie", "response"), outward.values("Set-Cookie", "response"), strict=False
            )
            if was != now and _value(was) == _value(now)
        ]
        if changes:
            was, now = changes[0]
            yield Diagnosis(
                about="connection",
                cause="cookies_changed",
                hop=hop,
                sentence=f"{hop} changed the cookie {_name(was)} in {plural(len(changes), 'answer')}: "
                f"{listed(_difference(was, now))}.",
                proof=[f"{hop}.server saw Set-Cookie: {was}", f"{hop}.client saw Set-Cookie: {now}"],
                hint="a cookie that the browser does not send back, or sends under another name, keeps no session at "
                "its server",
            )


def _name(cookie: str) -> str:
    return cookie.partition("=")[0].strip()


def _value(cookie: str) -> str:
    return cookie.partition(";")[0].partition("=")[2].strip()


def _difference(was: str, now: str) -> list[str]:
    before, after = ([part.strip() for part in cookie.split(";")] for cookie in (was, now))
    gone, new = [one for one in before if one not in after], [one for one in after if one not in before]
    return [*(f"{one} is gone" for one in gone), *(f"{one} is new" for one in new)] or [
        "its parts are in another order"
    ]
