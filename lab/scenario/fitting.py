"""Whether a scenario's server fits the balancer before it, and the balancer's settings one another."""

from collections.abc import Sequence

from lab.scenario.base import raise_at
from lab.scenario.network import Balancer, Hop
from lab.scenario.server import Server
from lab.scenario.wrong import wrong


def check_nodes(server: Server, hops: Sequence[Hop]) -> None:
    """The server must be able to be as many nodes as the balancer shares out to, and to do what it leaves to them.

    Raises:
        ValidationError: At the part that does not fit, counted from the scenario.
    """
    balancer = hops[-1].balancer if hops else None
    if balancer is None:
        return
    place = ("network", len(hops) - 1, "balancer")
    _check_settings(balancer, place)
    if balancer.nodes > 1 and server.url is not None:
        what = f"a balancer of {balancer.nodes} nodes before one server that runs already"
        raise_at(("server", "url"), wrong(what, "a command or the lab's own server, to be started several times"))
    if balancer.nodes > 1 and server.fixed_port is not None:
        what = f"the port {server.fixed_port} for each of {balancer.nodes} nodes"
        raise_at(("server", "ready"), wrong(what, "{port} in command and ready: every node has a port of its own"))
    if balancer.appended_by == "server":
        _check_appending(server, (*place, "appended_by"))


def _check_settings(balancer: Balancer, place: tuple[int | str, ...]) -> None:
    """A setting that changes nothing is a mistake: its writer expects something of it."""
    given = balancer.model_fields_set
    sticky = f'"sticky: {balancer.sticky}"'
    if "cookie" in given and not balancer.sticky.startswith("cookie"):
        raise_at((*place, "cookie"), wrong(f'"cookie" beside {sticky}', '"sticky: cookie", or no such key'))
    if "appended_by" in given and balancer.sticky != "cookie":
        raise_at((*place, "appended_by"), wrong(f'"appended_by" beside {sticky}', '"sticky: cookie", or no such key'))
    if "seed" in given and balancer.pick != "random":
        raise_at((*place, "seed"), wrong('"seed" where nothing is drawn', '"pick: random" beside it'))
    if balancer.appended_by == "server" and balancer.cookie != "JSESSIONID":
        what = f'the cookie "{balancer.cookie}" where the servers append the node'
        raise_at((*place, "cookie"), wrong(what, "JSESSIONID, the one cookie that SockJS servers set"))


def _check_appending(server: Server, place: tuple[int | str, ...]) -> None:
    """Each server must know which node it is, and set the cookie."""
    if server.url is not None:
        raise_at(place, wrong("a server that runs already appends no node of the lab's", '"appended_by: balancer"'))
    if server.command is not None and not any("{node}" in word for word in server.command):
        what = "a command that is not told which node it is"
        raise_at(place, wrong(what, '"appended_by: balancer", or {node} in the command, which is to write it'))
    if server.is_ours and not server.cookie and "cookie" in server.model_fields_set:
        what = '"cookie: false" where the servers write the node into the cookie'
        raise_at(("server", "cookie"), wrong(what, '"cookie: true", or "appended_by: balancer"'))
