"""From the scenario's server to the nodes that are it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lab.browser.page import File
from lab.errors import LabError
from lab.events import EventLog, ignore
from lab.network.authority import Authority
from lab.network.doorstep import doorstep
from lab.network.host import Proxy
from lab.network.master import TlsSettings
from lab.network.topology import server_names
from lab.runner.nodes import Node, Nodes
from lab.runner.nodes.behind_door import BehindDoor
from lab.runner.nodes.command import CommandNode
from lab.runner.nodes.ours import OurNode
from lab.runner.nodes.remote import RemoteNode
from lab.scenario.model import Scenario
from lab.server.host import LabServer
from lab.server.options import ServerOptions

LAB_PREFIX = "/echo"
"""Where the endpoint of the lab's own server is."""


def node_names(scenario: Scenario) -> list[str]:
    """What the server nodes of a case are called: ``server`` where there is one."""
    balancer = scenario.network[-1].balancer if scenario.network else None
    return [f"node{number}" for number in range(1, balancer.nodes + 1)] if balancer is not None else ["server"]


def vantage_of(name: str) -> str:
    """Where a node sees its events."""
    return name if name == "server" else f"server.{name}"


def takes_both_schemes(scenario: Scenario) -> bool:
    """Whether the endpoint is met with http and https in one case."""
    page = scenario.page
    urls = [str(getattr(step, "url", None) or "") for step in scenario.steps if step.step == "connect"]
    other = ("{https}", "{wss}") if page.scheme == "http" else ("{http}", "{ws}")
    return page.endpoint_scheme not in (None, page.scheme) or any(word in url for url in urls for word in other)


def server_options(scenario: Scenario, node: str = "") -> ServerOptions:
    """The scenario's server, in the units of the server room."""
    server = scenario.server
    return ServerOptions(
        heartbeat_s=server.heartbeat / 1000,
        disconnect_delay_s=server.disconnect_delay / 1000,
        response_limit=server.response_limit,
        cookie=server.cookie or bool(node),  # which is where a node writes its name
        websocket=server.websocket,
        node=node,
    )


def nodes_of(
    scenario: Scenario,
    *,
    files: Mapping[str, File],
    tls: bool,
    log: EventLog,
    authority: Authority,
    beside: Path,
    folder: Path,
    artefacts: dict[str, str],
    changed: Callable[[str, bool], None],
) -> Nodes:
    """The nodes of a case, which do not run yet.

    Args:
        scenario: What says what they are.
        files: What the lab's own server serves for the page.
        tls: Whether they have to speak TLS.
        log: Where their events go.
        authority: What their certificates are made with.
        beside: The folder of the scenario's file.
        folder: Where their output goes.
        artefacts: Is told of that.
        changed: Is told which goes away, and which has come back.
    """
    names = node_names(scenario)
    hop = scenario.network[-1] if scenario.network else None
    appended = bool(hop and hop.balancer and hop.balancer.appended_by == "server")
    context = authority.server_context(server_names(scenario.page.domain)) if tls else None

    def ours(name: str, *, told: bool) -> LabServer:
        return LabServer(
            server_options(scenario, name if appended else ""),
            service=scenario.server.service,
            prefix=LAB_PREFIX,
            files=files,
            emit=log.bind(vantage_of(name)) if told else ignore,
        )

    if scenario.server.is_ours and not (tls and takes_both_schemes(scenario)):
        nodes: dict[str, Node] = {name: OurNode(partial(ours, name, told=True), context) for name in names}
        return Nodes(nodes, changed)

    page = OurNode(partial(ours, "page", told=False))
    settings = TlsSettings(authority)

    def door(name: str) -> Callable[[str], Proxy]:
        # The lab's own server tells its events itself.
        emit = ignore if scenario.server.is_ours else log.bind(vantage_of(name))
        return lambda origin: doorstep(
            origin, page_port=page.port, tls=settings, emit=emit, prefix=scenario.server.endpoint_path
        )

    def inner(name: str) -> Node:
        if scenario.server.is_ours:
            return OurNode(partial(ours, name, told=True))
        if scenario.server.url is not None:
            return RemoteNode(scenario.server.url)
        artefacts[f"output of {name}"] = f"{name}.log"
        return _command(scenario, name, beside, folder / f"{name}.log", lambda error: made.died(error))

    made = Nodes({name: BehindDoor(inner(name), door(name)) for name in names}, changed, page=page)
    return made


def _command(
    scenario: Scenario, name: str, beside: Path, output: Path, died: Callable[[LabError], None]
) -> CommandNode:
    server = scenario.server
    return CommandNode(
        server.command or [],
        ready=server.ready or f"http://127.0.0.1:{{port}}{server.prefix}/info",
        cwd=beside / server.cwd if server.cwd else beside,
        within_s=server.within / 1000,
        output=output,
        fixed_port=server.fixed_port,
        name=name,
        died=died,
    )
