"""From the words of a command line to one hop, and what is said where they describe none."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.scenario.base import Reading, validate_plain
from lab.scenario.model import Hop
from lab.scenario.network import known
from lab.scenario.problems import Problem
from lab.scenario.translate import problems_of
from lab.scenario.yaml_text import read

_LONGEST = 300
"""Characters of what was expected; more of them are the names of all that there is."""


class _One(BaseModel):
    hop: Hop


def read_hop(
    behaviours: Sequence[str],
    profile: str | None,
    settings: dict[str, Any],
    catalogue: Catalogue,
    *,
    leads: bool,
) -> Hop:
    """The hop that a command line describes.

    Args:
        behaviours: Each as a scenario has it: ``no_upgrade``, or ``no_upgrade: {answer: hang}``.
        profile: The name of a profile.
        settings: Other keys of a hop.
        catalogue: The behaviours and profiles that there are.
        leads: Whether it is said where the hop leads; else it is a forward proxy, unless something says otherwise.

    Raises:
        UsageError: It describes none.
    """
    reading = Reading(catalogue.models())
    uses = [_read(text) for text in behaviours]
    names = [_name(use) for use in uses]
    links = known(reading, "link") or {}
    _check_names(names, profile, reading)
    link = next((name for name in names if name in links), None)
    if link is not None:
        _check_link(link, names, profile, settings, reading)
    value: dict[str, Any] = {"profile": profile} if profile else {}
    if uses:
        value["link" if link is not None else "behaviours"] = uses
    elsewhere = profile or leads or "link" in value
    value |= ({} if elsewhere else {"proxy": "forward"}) | settings
    try:
        return validate_plain(_One, {"hop": value}, reading).hop
    except ValidationError as error:
        text = _as_file(value)
        source, root, _ = read(text.encode(), "command line")
        problem = problems_of(error, source, root, reading, of=_One)[0]
        line = text.splitlines()[problem.line - 1]
        name = next((name for use, name in zip(uses, names, strict=True) if line == f"  - {_on_one_line(use)}"), "")
        raise _told(problem, name) from None


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise UsageError(
            f"not a behaviour: {text}", remedy="Write its name, or 'name: {parameter: value}' in quotes."
        ) from None


def _name(use: Any) -> str:
    return str(next(iter(use))) if isinstance(use, dict) and use else use if isinstance(use, str) else ""


def _check_names(names: Sequence[str], profile: str | None, reading: Reading) -> None:
    """A behaviour and a profile each have an option of their own."""
    profiles, behaviours = known(reading, "profile") or {}, known(reading, "http", "link") or {}
    for name in names:
        if name in profiles:
            raise UsageError(f"{name} is a profile, and no behaviour", remedy=f"Write --profile {name}")
    if profile in behaviours:
        raise UsageError(f"{profile} is a behaviour, and no profile", remedy=f"Write -b {profile}")


def _check_link(
    link: str, names: Sequence[str], profile: str | None, settings: Mapping[str, Any], reading: Reading
) -> None:
    """A link is a hop of its own, and has none of a proxy's settings."""
    profiles = known(reading, "profile") or {}
    other = next((name for name in names if name in (known(reading, "http") or {})), None)
    if other is None and profile in profiles and profiles[profile].profile.hop.kind != "link":
        other = profile
    if other is not None:
        raise UsageError(
            f"{link} is a behaviour of a link, and {other} is one of a proxy: that makes two hops",
            remedy="Run a second lab proxy, and lead one to the other with --to.",
        )
    options = {"proxy": "--mode", "tls": "--tls", "http2": "--http2"}
    wrong = next((options[key] for key in settings if key in options), None)
    if wrong is not None:
        raise UsageError(
            f"{link} is a behaviour of a link, a relay of bytes, which has no {wrong}",
            remedy=f"Leave {wrong} out, and say where the link leads: --to 127.0.0.1:8081.",
        )


def _on_one_line(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=1_000_000).removesuffix("...\n").strip()


def _as_file(hop: Mapping[str, Any]) -> str:
    """The hop as a scenario has it, each behaviour on a line of its own: the words for what is wrong are the same."""
    lines = ["hop:"]
    for key, value in hop.items():
        if key in ("link", "behaviours"):
            lines += [f"  {key}:", *(f"  - {_on_one_line(use)}" for use in value)]
        else:
            lines.append(f"  {key}: {_on_one_line(value)}")
    return "\n".join(lines) + "\n"


def _told(problem: Problem, name: str) -> UsageError:
    """The problem in one sentence, with the behaviour that it is in."""
    place = f"{name}: " if name and f'"{name}"' not in problem.what else ""
    listed = len(problem.expected) > _LONGEST
    expected = f": expected {problem.expected}" if problem.expected and not listed else ""
    came = f"; came {problem.came}" if problem.came else ""
    remedy = "`lab behaviours` and `lab profiles` say what there is; a behaviour is written as in a scenario."
    hint = f"Did you mean {problem.nearest}?" if problem.nearest else remedy
    return UsageError(f"{place}{problem.what}{expected}{came}", remedy=hint)
