"""lab explain: why did this case come out as it did?"""

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer

from lab.errors import UsageError

PLACE = 1.5

FEW = 8
"""So many cases are named where none of them is meant."""
"""Behind `lab run`, whose cases it explains."""


def command(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="A case's id in the latest run, its folder, or its events.ndjson.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the runs are: the latest one is asked for a case's id.")
    ] = Path("reports"),
) -> None:
    """Say why transports did not open, or a connection was lost.

    Says it of one case that was run, with the events that prove it. It is derived anew from what was seen, so a case
    of an older run can be explained, too.

    \b
    Examples:
      lab explain 'no-upgrade-and-buffering[chromium,page.scheme=http]'
      lab explain reports/latest/first.chromium
    """
    from lab.timeline.explanation import explanation_of
    from lab.timeline.ndjson import events_in

    path = find(case, out)
    try:
        events = events_in(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", remedy="Name a case's folder, or its events.ndjson.") from None
    if not events:
        raise UsageError(f"{path} holds no event.", remedy="The case was never begun: run it again.")
    typer.echo("\n".join(explanation_of(events)))


def find(case: str, out: Path) -> Path:
    """The events of a case.

    Raises:
        UsageError: There is no such case, or nothing was seen of it.
    """
    path = Path(case)
    if path.is_file():
        return path
    if path.is_dir():
        if not (path / "events.ndjson").is_file():
            raise UsageError(
                f"{path} holds no events.ndjson.",
                remedy="Name the folder of one case, of a run that kept its events (without --artifacts never).",
            )
        return path / "events.ndjson"
    latest = out / "latest"
    try:
        cases = json.loads((latest / "results.json").read_text(encoding="utf-8"))["cases"]
        known = {str(one["id"]): one["artefacts"].get("events") for one in cases}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"there is no file or folder {case}, and no run in {out} whose cases could be looked through.",
            remedy="Run something first, name the runs' folder with --out, or name a case's folder.",
        ) from None
    if case not in known:
        near = difflib.get_close_matches(case, known, n=1, cutoff=0.4)
        few = f"It has {', '.join(known)}." if known and len(known) <= FEW else ""
        remedy = f"Did you mean {near[0]}?" if near else few or f"See {latest / 'results.json'} for its cases."
        raise UsageError(f"the latest run has no case {case}.", remedy=remedy)
    events = known[case]
    if not events:
        raise UsageError(
            f"there are no events of {case}: it was never begun, or they were not kept.",
            remedy="Run it again, without --artifacts never.",
        )
    return latest / str(events)
