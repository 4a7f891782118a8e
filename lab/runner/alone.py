"""One hop on its own, for any browser or client: what `lab proxy` runs."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ValidationError

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.clock import HopClock
from lab.network.host import Proxy
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.network.live import LiveLines
from lab.network.master import TlsSettings
from lab.network.recorder import Recorder
from lab.network.route import Route
from lab.runner.setup import made
from lab.scenario.base import Reading, validate_plain
from lab.scenario.model import Hop
from lab.scenario.network import known
from lab.scenario.translate import problems_of
from lab.scenario.yaml_text import read

_MODES = {"forward": "regular", "socks": "socks5"}


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
    links = known(reading, "link") or {}
    value: dict[str, Any] = {"profile": profile} if profile else {}
    if uses:
        value["link" if all(_name(use) in links for use in uses) else "behaviours"] = uses
    elsewhere = profile or leads or "link" in value
    value |= ({} if elsewhere else {"proxy": "forward"}) | settings
    try:
        return validate_plain(_One, {"hop": value}, reading).hop
    except ValidationError as error:
        # As if it stood in a file: the words for what is wrong are the same.
        source, root, _ = read(yaml.safe_dump({"hop": value}).encode(), "command line")
        problem = problems_of(error, source, root, reading, of=_One)[0]
        expected = f": expected {problem.expected}" if problem.expected and not problem.nearest else ""
        remedy = "`lab behaviours` and `lab profiles` say what there is; a behaviour is written as in a scenario."
        hint = f"Did you mean {problem.nearest}?" if problem.nearest else remedy
        raise UsageError(f"{problem.what}{expected}", remedy=hint) from None


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise UsageError(
            f"not a behaviour: {text}", remedy="Write its name, or 'name: {parameter: value}' in quotes."
        ) from None


def _name(use: Any) -> str:
    return str(next(iter(use))) if isinstance(use, dict) and use else str(use)


def address_of(text: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8080``, or of ``8080`` alone.

    Raises:
        UsageError: There is no port, or the host is not this machine: a hop is open to whoever reaches it.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"not a host and port: {text}", remedy="Write it as 127.0.0.1:8080.")
    if host not in ("", "127.0.0.1", "localhost"):
        raise UsageError(f"a hop listens on 127.0.0.1 alone, not on {host}", remedy="Write it as 127.0.0.1:8080.")
    return "127.0.0.1", int(port)


def hop_alone(
    hop: Hop,
    catalogue: Catalogue,
    *,
    to: str | None,
    port: int,
    show: Callable[[str], None],
    authority: Authority,
) -> Proxy | Link:
    """The hop, which does not run yet.

    Args:
        hop: As a scenario has it.
        catalogue: The behaviours that there are.
        to: The URL that it leads to, where it is no forward or SOCKS proxy.
        port: The port to listen on; a free one where 0.
        show: Is given a line for all that passes.
        authority: What its certificates are made with.

    Raises:
        UsageError: It cannot run on its own, or it is not said where it leads.
    """
    lines = LiveLines(show)
    behaviours = made(hop.uses, catalogue, place="hop1")
    clock = HopClock()
    clock.begin()
    if hop.kind == "balancer" or (hop.kind == "proxy" and hop.proxy == "transparent"):
        raise UsageError(
            f"a {hop.kind if hop.kind == 'balancer' else 'transparent proxy'} does not run on its own",
            remedy="Put it into a scenario; or give --mode forward, reverse or socks.",
        )
    target = _target(to, hop)
    if hop.kind == "link":
        link_recorder = LinkRecorder(lines.hop(), lines.client(connections=True), _ignored)
        address = (str(target.hostname), int(target.port))
        return Link(address, recorder=link_recorder, behaviours=behaviours, clock=clock, listen=port)
    tunnel = hop.tls == "tunnel"
    mode = _MODES.get(hop.proxy) or f"reverse:{target.geturl()}"
    return Proxy(
        mode,
        recorder=Recorder(lines.hop(), lines.client(connections=False), _ignored),
        tls=TlsSettings(
            authority,
            http2=hop.http2,
            strip_alpn=hop.alpn == "stripped",
            min_version=hop.min_tls,
            max_version=hop.max_tls,
        ),
        route=Route() if hop.proxy == "reverse" else Route(tunnel=tunnel),
        behaviours=behaviours,
        clock=clock,
        listen=port,
    )


def _ignored(kind: str, /, **data: Any) -> None:
    """What the side towards the server sees is not shown."""


def _target(to: str | None, hop: Hop) -> Any:
    needs = hop.kind == "link" or hop.proxy == "reverse"
    if needs and to is None:
        what = "link" if hop.kind == "link" else "reverse proxy"
        raise UsageError(
            f"a {what} has to lead somewhere", remedy="Add --to http://127.0.0.1:8081, or --mode forward."
        )
    if not needs and to is not None:
        raise UsageError(f"a {hop.proxy} proxy goes where it is asked to", remedy="Leave --to out.")
    text = f"127.0.0.1:{to}" if to and to.isdecimal() else to or ""
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        known_port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        known_port = None
    if needs and (not parts.hostname or known_port is None or parts.scheme not in ("http", "https")):
        raise UsageError(f"not where a hop can lead: {to}", remedy="Write it as http://127.0.0.1:8081.")
    return parts._replace(netloc=f"{parts.hostname}:{known_port}", path="", query="", fragment="")
