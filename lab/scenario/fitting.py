"""Whether the hops and the server of a scenario fit together: order, names, and the nodes behind a balancer."""

import re
from collections.abc import Sequence

from lab.scenario.base import raise_at
from lab.scenario.network import Hop
from lab.scenario.server import Server
from lab.scenario.wrong import wrong


def check_order(hops: Sequence[Hop]) -> None:
    """Every hop must see traffic: what the browser is told of stands before what it is not told of.

    Raises:
        ValidationError: At the first hop that is out of place, counted from the list of hops.
    """
    behind: str | None = None
    for index, hop in enumerate(hops):
        if hop.is_explicit and behind is not None:
            what = f"a {hop.proxy} proxy behind a {behind}"
            raise_at((index, "proxy"), wrong(what, f"every forward proxy before the first {behind}"))
        if hop.kind != "link" and not hop.is_explicit:
            behind = "balancer" if hop.kind == "balancer" else f"{hop.proxy} proxy"
        if hop.kind == "balancer" and index < len(hops) - 1:
            raise_at(
                (index, "balancer"), wrong("a hop behind a balancer", "the balancer last: its nodes are servers")
            )


def check_names_of(hops: Sequence[Hop]) -> None:
    """Each hop must be the only one that steps and reports can mean by its name; hop1, hop2 ... are names, too.

    Raises:
        ValidationError: At the first name that is another hop's, counted from the list of hops.
    """
    taken = {f"hop{number}": number for number in range(1, len(hops) + 1)}
    for number, hop in enumerate(hops, start=1):
        if hop.name is not None and taken.setdefault(hop.name, number) != number:
            what = f'the name "{hop.name}", which is also that of hop {taken[hop.name]}'
            raise_at((number - 1, "name"), wrong(what, "a name of its own for each hop"))


def check_nodes(server: Server, hops: Sequence[Hop]) -> None:
    """The server must be able to be as many nodes as the balancer shares out to, and to do what it leaves to them.

    Raises:
        ValidationError: At the part that does not fit, counted from the scenario.
    """
    balancer = hops[-1].balancer if hops else None
    if balancer is None:
        return
    if balancer.nodes > 1 and server.url is not None:
        what = f"a balancer of {balancer.nodes} nodes before one server that runs already"
        raise_at(("server", "url"), wrong(what, "a command or the lab's own server, to be started several times"))
    if balancer.nodes > 1 and server.fixed_port is not None:
        what = f"the port {server.fixed_port} for each of {balancer.nodes} nodes"
        raise_at(("server", "ready"), wrong(what, "{port} in command and ready: every node has a port of its own"))
    if balancer.appended_by != "server":
        return
    place = ("network", len(hops) - 1, "balancer", "appended_by")
    if server.url is not None:
        raise_at(place, wrong("a server that runs already appends no node of the lab's", '"appended_by: balancer"'))
    if server.command is not None and not any(re.search(r"\{node\}", word) for word in server.command):
        what = "a command that is not told which node it is"
        raise_at(place, wrong(what, '"appended_by: balancer", or {node} in the command, which is to write it'))
    if server.is_ours and not server.cookie and "cookie" in server.model_fields_set:
        what = '"cookie: false" where the servers write the node into the cookie'
        raise_at(("server", "cookie"), wrong(what, '"cookie: true", or "appended_by: balancer"'))
