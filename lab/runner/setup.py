"""From the scenario's words to the parts that the skins are made of."""

from collections.abc import Sequence

from lab.network.behaviour import Catalogue
from lab.network.topology import HopSpec
from lab.scenario.model import BehaviourUse, Hop, Scenario
from lab.server.options import ServerOptions

PREFIX = "/echo"


def hop_name(hop: Hop, number: int) -> str:
    """What the events and reports call the hop; counted from the browser, starting with 1."""
    return hop.name or f"hop{number}"


def hop_specs(hops: Sequence[Hop], catalogue: Catalogue) -> list[HopSpec]:
    """The hops of a scenario with their behaviours made."""
    return [
        HopSpec(
            name=hop_name(hop, number),
            proxy=hop.proxy,
            tls=hop.tls,
            behaviours=[catalogue.make(use.name, use.parameters) for use in hop.behaviours],
        )
        for number, hop in enumerate(hops, start=1)
    ]


def _in_words(use: BehaviourUse) -> str:
    parameters = ", ".join(f"{name}: {value}" for name, value in use.parameters.items())
    return f"{use.name} ({parameters})" if parameters else use.name


def network_lines(hops: Sequence[Hop]) -> list[str]:
    """The hops in words, one line each, as a report shows them."""
    lines = []
    for number, hop in enumerate(hops, start=1):
        intercepts = ", TLS intercepted" if hop.tls == "intercept" else ""
        does = ", ".join(map(_in_words, hop.behaviours)) or "passes everything on"
        lines.append(f"{hop_name(hop, number)}: {hop.proxy} proxy{intercepts}: {does}")
    return lines


def server_options(scenario: Scenario) -> ServerOptions:
    """The scenario's server, in the units of the server room."""
    server = scenario.server
    return ServerOptions(
        heartbeat_s=server.heartbeat / 1000,
        disconnect_delay_s=server.disconnect_delay / 1000,
        response_limit=server.response_limit,
        cookie=server.cookie,
        websocket=server.websocket,
    )
