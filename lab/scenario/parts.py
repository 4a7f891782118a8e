"""Whether the hops and server nodes that steps name are there, and take what the steps put into them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.scenario.base import raise_at
from lab.scenario.network import Hop, known
from lab.scenario.server import Server
from lab.scenario.step import StepModel
from lab.scenario.steps.network import ChangeNetwork
from lab.scenario.steps.restart_server import RestartServer
from lab.scenario.steps.server import ChangeServer
from lab.scenario.steps.wait_for import WaitFor
from lab.scenario.wrong import wrong

if TYPE_CHECKING:
    from lab.scenario.page import Page

ALL = "all"
"""What stands for the names of all the behaviours of a hop."""


def check_trust(hops: Sequence[Hop], page: "Page", browsers: Sequence[str]) -> None:
    """The lab's own page must load where a hop is not trusted: over plain HTTP, or from a host of its own.

    Raises:
        ValidationError: At the hop that would keep it from loading.
    """
    index = next((index for index, hop in enumerate(hops) if hop.tls == "untrusted"), None)
    if index is None or page.scheme == "http" or page.origin == "file":
        return
    what = "a page that would not load through an untrusted hop"
    plain = "page: {scheme: http, endpoint_scheme: https}"
    if page.origin != "cross":
        raise_at(("network", index, "tls"), wrong(what, plain))
    if [*browsers] != ["chromium"]:
        # The others can be told to trust any certificate, or none that the system does not know.
        raise_at(("network", index, "tls"), wrong(what, f"{plain}, or browsers: [chromium]"))


def check_parts(steps: Sequence[StepModel], hops: Sequence[Hop], server: Server, reading: object) -> None:
    """Hold the steps against the network and the server.

    Raises:
        ValidationError: At the first part that is not there.
    """
    there = {index: [use.name for use in hop.uses] for index, hop in enumerate(hops)}
    for index, step in enumerate(steps):
        if isinstance(step, ChangeNetwork):
            _check_change(index, step, hops, there, reading)
        elif isinstance(step, (ChangeServer, RestartServer)):
            _check_server(index, step, hops, server)
        elif isinstance(step, WaitFor) and step.session is not None and not server.is_ours:
            what = "a server that tells nothing of its sessions"
            raise_at((index, step.step, "session"), wrong(what, "the lab's own server, or another thing to wait for"))


def hop_index(name: str | None, hops: Sequence[Hop]) -> int | None:
    """Which hop is meant, counted from 0; None where none is called so, or none is named and there are several."""
    if name is None:
        return 0 if len(hops) == 1 else None
    return next((index for index, hop in enumerate(hops) if name in (hop.name, f"hop{index + 1}")), None)


def _check_change(
    index: int, step: ChangeNetwork, hops: Sequence[Hop], there: dict[int, list[str]], reading: object
) -> None:
    names = [hop.name or f"hop{number}" for number, hop in enumerate(hops, start=1)]
    place = hop_index(step.hop, hops)
    if not hops:
        raise_at((index,), wrong("a change of a network without hops", "a hop in the network", at="key"))
    if place is None and step.hop is None:
        raise_at((index, step.step), wrong("no hop", f'"hop: ...", one of {", ".join(names)}'))
    if place is None:
        raise_at((index, step.step, "hop"), wrong("unknown hop", options=names, word=step.hop or ""))
    hop, here = hops[place], there[place]
    for number, name in enumerate(step.remove):
        if name not in here and name != ALL:
            options = [*dict.fromkeys(here), ALL]
            raise_at((index, step.step, "remove", number), wrong("not done by the hop", options=options, word=name))
    for number, use in enumerate(step.replace):
        if use.name not in here:
            error = wrong("not done by the hop", options=dict.fromkeys(here), word=use.name)
            raise_at((index, step.step, "replace", number, "name"), error)
    fitting = known(reading, "link" if hop.kind == "link" else "http")
    for key, uses in (("add", step.add), ("replace", step.replace)):
        for number, use in enumerate(uses):
            if fitting is not None and use.name not in fitting:
                error = wrong(f'"{use.name}" in a {hop.kind}', f"a behaviour of a {hop.kind}")
                raise_at((index, step.step, key, number, "name"), error)
    left = [] if ALL in step.remove else [name for name in here if name not in step.remove]
    there[place] = [*left, *(use.name for use in step.add)]


def _check_server(index: int, step: ChangeServer | RestartServer, hops: Sequence[Hop], server: Server) -> None:
    if server.url is not None:
        what = "a server that runs already"
        raise_at((index,), wrong(f"{what} cannot be stopped", "the lab's own server, or a command", at="key"))
    balancer = hops[-1].balancer if hops else None
    count = balancer.nodes if balancer is not None else 1
    names = [f"node{number}" for number in range(1, count + 1)] if balancer is not None else ["server"]
    if step.node is None and count > 1:
        raise_at((index, step.step), wrong("no node", f'"node: ...", one of {", ".join(names)}'))
    if step.node is not None and step.node not in names:
        raise_at((index, step.step, "node"), wrong("unknown node", options=names, word=step.node))
