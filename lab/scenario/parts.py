"""Whether the hops and server nodes that steps name are there, and take what the steps put into them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from lab.scenario.base import Found, raise_at
from lab.scenario.network import Hop, known
from lab.scenario.server import Server
from lab.scenario.step import StepModel
from lab.scenario.steps.close import Close
from lab.scenario.steps.network import ChangeNetwork
from lab.scenario.steps.offline import Offline
from lab.scenario.steps.push import Push
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


def offline_wrong(steps: Sequence[StepModel | None], hops: Sequence[Hop], browsers: Sequence[str]) -> Iterator[Found]:
    """Steps that take a WebKit offline which is told of no proxy: only the way to a proxy can be cut there."""
    if "webkit" not in browsers or any(hop.is_explicit for hop in hops):
        return
    others = [name for name in browsers if name != "webkit"]
    expected = f"browsers: [{', '.join(others)}], or a forward proxy" if others else "a forward proxy"
    for index, step in enumerate(steps):
        if isinstance(step, Offline):
            what = "WebKit cannot be taken offline without a proxy that it is told of"
            yield (index,), wrong(what, f"{expected} in the network", at="key")


def parts_wrong(
    steps: Sequence[StepModel | None], hops: Sequence[Hop], server: Server, reading: object
) -> Iterator[Found]:
    """What steps name of the network and of the server that is not there, each with its place in the steps.

    None stands for a step that is wrong, but that changes no hop.
    """
    there = {index: [use.name for use in hop.uses] for index, hop in enumerate(hops)}
    for index, step in enumerate(steps):
        if isinstance(step, ChangeNetwork):
            yield from _change_wrong(index, step, hops, there, reading)
        elif isinstance(step, (ChangeServer, RestartServer)):
            yield from _server_wrong(index, step, hops, server)
        elif not server.is_ours and (isinstance(step, Push) or (isinstance(step, Close) and step.by == "server")):
            what = "a server of your own cannot be told what to send, or to close"
            yield (index,), wrong(what, "the lab's own server", at="key")
        elif isinstance(step, WaitFor) and step.session is not None and not server.is_ours:
            what = "a server that tells nothing of its sessions"
            error = wrong(what, "the lab's own server, or another thing to wait for")
            yield (index, step.step, "session"), error


def _not_done(hop: Hop, index: int, name: str, options: Sequence[str]) -> PydanticCustomError:
    """What is said of a behaviour that is to be taken from a hop which has none of that name."""
    expected = "" if options else "one that it does; it does none"
    return wrong(f'the hop "{hop.name or f"hop{index + 1}"}" does no', expected, options=options, word=name)


def hop_index(name: str | None, hops: Sequence[Hop]) -> int | None:
    """Which hop is meant, counted from 0; None where none is called so, or none is named and there are several."""
    if name is None:
        return 0 if len(hops) == 1 else None
    return next((index for index, hop in enumerate(hops) if name in (hop.name, f"hop{index + 1}")), None)


def _change_wrong(
    index: int, step: ChangeNetwork, hops: Sequence[Hop], there: dict[int, list[str]], reading: object
) -> Iterator[Found]:
    names = [hop.name or f"hop{number}" for number, hop in enumerate(hops, start=1)]
    place = hop_index(step.hop, hops)
    if not hops:
        yield (index,), wrong("a change of a network without hops", "a hop in the network", at="key")
        return
    if place is None:
        yield (
            ((index, step.step), wrong("no hop", f'"hop: ...", one of {", ".join(names)}'))
            if step.hop is None
            else ((index, step.step, "hop"), wrong("unknown hop", options=names, word=step.hop))
        )
        return
    hop, here = hops[place], there[place]
    for number, name in enumerate(step.remove):
        if name not in here and name != ALL:
            options = [*dict.fromkeys(here), ALL]
            yield (index, step.step, "remove", number), _not_done(hop, place, name, options)
    for number, use in enumerate(step.replace):
        if use.name not in here:
            error = _not_done(hop, place, use.name, [*dict.fromkeys(here)])
            yield (index, step.step, "replace", number, "name"), error
    fitting = known(reading, "link" if hop.kind == "link" else "http")
    for key, uses in (("add", step.add), ("replace", step.replace)):
        for number, use in enumerate(uses):
            if fitting is not None and use.name not in fitting:
                error = wrong(f'"{use.name}" in a {hop.kind}', f"a behaviour of a {hop.kind}")
                yield (index, step.step, key, number, "name"), error
    left = [] if ALL in step.remove else [name for name in here if name not in step.remove]
    there[place] = [*left, *(use.name for use in step.add)]


def _server_wrong(
    index: int, step: ChangeServer | RestartServer, hops: Sequence[Hop], server: Server
) -> Iterator[Found]:
    if server.url is not None:
        what = "a server that runs already cannot be stopped"
        yield (index,), wrong(what, "the lab's own server, or a command", at="key")
        return
    balancer = hops[-1].balancer if hops else None
    count = balancer.nodes if balancer is not None else 1
    names = [f"node{number}" for number in range(1, count + 1)] if balancer is not None else ["server"]
    if step.node is None and count > 1:
        yield (index, step.step), wrong("no node", f'"node: ...", one of {", ".join(names)}')
    if step.node is not None and step.node not in names:
        yield (index, step.step, "node"), wrong("unknown node", options=names, word=step.node)
