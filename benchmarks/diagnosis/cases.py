"""Drawing scenarios: single and paired behaviours with random parameters, at random places of 1 to 3 hops."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

TRUTH = yaml.safe_load((Path(__file__).parent / "truth.yaml").read_text(encoding="utf-8"))
"""By behaviour, its variants."""

PAIRS = 0.35
"""The part of the cases that have two behaviours."""
_MANY = ["all", "all", "all", "websocket", "xhr-streaming", "xhr-polling", "eventsource", "jsonp-polling"]


def _pick(rng: random.Random, values: Any) -> Any:
    return rng.choice(values) if isinstance(values, list) else values


def _hops(rng: random.Random, uses: list[dict[str, Any]], needs: Mapping[str, Any], scheme: str) -> list[Any]:
    """Hops with each behaviour at a random one; forward proxies stand before reverse ones."""
    links = [use for use in uses if use["kind"] == "link"]
    balancers = [use for use in uses if use["kind"] == "hop"]
    proxies = [use for use in uses if use["kind"] == "proxy"]
    count = rng.choice([1, 1, 2, 2, 3])
    forward = rng.randint(1, count) if needs.get("proxy") == "forward" else rng.choice([0, 0, 0, 1, count])
    kinds: list[dict[str, Any]] = [{"proxy": "forward", "tls": "intercept"}] * forward
    kinds += [{"proxy": "reverse"}] * (count - forward)
    hops = [{**kind, "behaviours": []} for kind in kinds]
    for use in proxies:
        # Only the first of a chain of forward proxies is asked to CONNECT by the browser.
        place = 0 if use["name"] == "connect_policy" else rng.randrange(count)
        hops[place]["behaviours"].append({use["name"]: use["with"]})
    for use in links:
        # A link stands anywhere but before a forward proxy, which the browser has to be told of.
        hops.insert(rng.randint(forward, len(hops)), {"link": [{use["name"]: use["with"]}]})
    hops += [{use["name"]: use["with"]} for use in balancers]
    return [{key: value for key, value in hop.items() if value != []} for hop in hops]


def draw(seed: int, number: int, names: Sequence[str], engines: Sequence[str] = ("chromium",)) -> dict[str, Any]:
    """The scenario of case ``number``; the same for the same arguments. The engines take turns."""
    rng = random.Random(f"{seed}/{number}")
    chosen = [names[number % len(names)]]
    if rng.random() < PAIRS:
        chosen += rng.sample([name for name in names if name != chosen[0]], 1)
    uses: list[dict[str, Any]] = []
    needs: dict[str, Any] = {}
    for name in chosen:
        variant = rng.choice(TRUTH[name])
        given = {key: _pick(rng, values) for key, values in variant["with"].items()}
        kind = "link" if variant.get("link") else "hop" if variant.get("hop") else "proxy"
        uses.append({"name": name, "with": given, "kind": kind})
        # Where two need different things, the first has them: the second may then show nothing.
        needs = {**variant.get("needs", {}), **needs}
    transport = rng.choice(needs.get("transports", _MANY))
    scheme = needs.get("scheme") or rng.choice(["http", "http", "http", "https"])
    scenario = {
        "title": f"{' and '.join(chosen)} ({number})",
        "browsers": [engines[number % len(engines)]],
        "page": {"scheme": scheme, "origin": needs.get("origin") or rng.choice(["same", "same", "cross"])},
        "network": _hops(rng, uses, needs, scheme),
        "steps": needs.get("steps") or _steps(rng),
    }
    if transport != "all":
        scenario["client"] = {"transports": [transport]}
    if needs.get("server"):
        scenario["server"] = needs["server"]
    return scenario


def _steps(rng: random.Random) -> list[Any]:
    texts = [f"message {n} {rng.randrange(10**6)}" for n in range(rng.choice([1, 2, 3]))]
    steps: list[Any] = [{"connect": {"within": "25s"}}]
    for text in texts:
        steps += [{"send": text}, {"receive": {"within": "1500ms"}}]
    return [*steps, {"idle": "100ms"}, "close"]
