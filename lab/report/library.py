"""d3, which draws the timeline of a case. It comes from npm at set-up time and is copied into each report.

A report that is written where it was never fetched has the attempts as drawn here, and lists for the rest.
"""

from collections.abc import Callable

from lab import npm
from lab.errors import EnvironmentFailure

D3 = npm.Package(
    "d3",
    "7.9.2",
    "sha512-ZKb/mONPVKzaO5UlcWcwN8bS4ezvQaYu+bsou+XgNABdGC800kwH651ADTbbTxMPHW13UlvbQafdmJQDk1w7Mg==",
    ("dist/d3.min.js", "LICENSE"),
)
"""https://d3js.org, ISC license: a copy must carry the license."""


async def prepare(say: Callable[[str], None]) -> None:
    """Fetch it for later reports. Where it cannot be had, that is said and no failure: reports do without it."""
    try:
        await npm.fetch(D3)
    except EnvironmentFailure as failure:
        say(f"{D3}: left out, so reports draw attempts only: {failure} {failure.remedy}".rstrip())
    else:
        say(f"{D3}: in the cache")


def files() -> dict[str, bytes]:
    """What a report's ``assets/`` gets of it, by name; nothing where it was never fetched."""
    found = npm.kept(D3)
    return {} if found is None else {"d3.min.js": found["dist/d3.min.js"], "d3.LICENSE": found["LICENSE"]}
