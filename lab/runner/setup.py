"""From the scenario's hops to the parts that the network is made of, and to the words of a report."""

from collections.abc import Sequence
from typing import Any

from lab.network.balancer import Choice, node_name
from lab.network.behaviour import Catalogue
from lab.network.topology import HopSpec, Kind
from lab.scenario.limits import Limits
from lab.scenario.model import BehaviourUse, Hop


def hop_name(hop: Hop, number: int) -> str:
    """What the events and reports call the hop; counted from the browser, starting with 1."""
    return hop.name or f"hop{number}"


def hop_specs(hops: Sequence[Hop], catalogue: Catalogue) -> list[HopSpec]:
    """The hops of a scenario with their behaviours made."""
    return [_spec(hop, number, catalogue) for number, hop in enumerate(hops, start=1)]


def _spec(hop: Hop, number: int, catalogue: Catalogue) -> HopSpec:
    balancer = hop.balancer
    kind: Kind = hop.proxy if hop.kind == "proxy" else hop.kind
    choice = None
    if balancer is not None:
        names = [node_name(one) for one in range(1, balancer.nodes + 1)]
        choice = Choice(names, balancer.sticky, balancer.pick, balancer.seed)
    return HopSpec(
        name=hop_name(hop, number),
        proxy=kind,
        tls=hop.tls,
        behaviours=made(hop.uses, catalogue, place=f"hop{number}"),
        http2=hop.http2,
        extended_connect=hop.extended_connect,
        strip_alpn=hop.alpn == "stripped",
        min_tls=hop.min_tls,
        max_tls=hop.max_tls,
        choice=choice,
        cookie=balancer.cookie if balancer else "",
        appends=balancer is not None and balancer.appended_by == "balancer",
    )


def made(uses: Sequence[BehaviourUse], catalogue: Catalogue, *, place: str) -> list[Any]:
    """The behaviours of these uses, for a hop at ``place``.

    Raises:
        UsageError: There is no such behaviour, or it does not take its parameters.
    """
    return [
        catalogue.make(use.name, use.parameters, use.limits, place=f"{place}/{index}")
        for index, use in enumerate(uses)
    ]


def _in_words(use: BehaviourUse) -> str:
    """``no_upgrade (answer: strip, after: 5s)``."""
    words = [f"{name}: {value}" for name, value in use.parameters.items()] + limits_in_words(use.limits)
    return f"{use.name} ({', '.join(words)})" if words else use.name


def limits_in_words(limits: Limits) -> list[str]:
    """The limits of a behaviour, each as a scenario has it."""
    words = []
    if limits.when is not None:
        given = limits.when.model_dump(exclude_unset=True)
        words += [f"{key}: {'|'.join(one) if isinstance(one, list) else one}" for key, one in given.items()]
    times = {"after": limits.after, "for": limits.for_, "every": limits.every}
    words += [f"{key}: {value / 1000:g}s" for key, value in times.items() if value]
    words += [f"nth: {'|'.join(map(str, limits.nth))}"] if limits.nth else []
    return [*words, *([f"seed: {limits.seed}"] if limits.seed else [])]


_TLS = {"intercept": ", TLS intercepted", "untrusted": ", TLS intercepted with a certificate that is not trusted"}


def _kind_in_words(hop: Hop) -> str:
    """``forward proxy, TLS intercepted``, ``link``, ``balancer of 2 nodes, sticky by cookie``."""
    if hop.kind == "link":
        return "link"
    extras = [_TLS.get(hop.tls, "")]
    extras += [", HTTP/2"] if hop.http2 else []
    extras += [" with extended CONNECT"] if hop.extended_connect else []
    extras += [", no ALPN"] if hop.alpn == "stripped" else []
    extras += [f", TLS {hop.min_tls} at least"] if hop.min_tls else []
    extras += [f", TLS {hop.max_tls} at most"] if hop.max_tls else []
    if hop.balancer is not None:
        sticky = "not sticky" if hop.balancer.sticky == "none" else f"sticky by {hop.balancer.sticky}"
        return f"balancer of {hop.balancer.nodes} nodes, {sticky}{''.join(extras)}"
    name = "SOCKS" if hop.proxy == "socks" else hop.proxy
    return f"{name} proxy{''.join(extras)}"


def network_lines(hops: Sequence[Hop]) -> list[str]:
    """The hops in words, one line each, as a report shows them."""
    lines = []
    for number, hop in enumerate(hops, start=1):
        profile = f" as {hop.profile}" if hop.profile else ""
        does = ", ".join(map(_in_words, hop.uses)) or "passes everything on"
        lines.append(f"{hop_name(hop, number)}: {_kind_in_words(hop)}{profile}: {does}")
    return lines
