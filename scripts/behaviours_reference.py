"""The page docs/reference/behaviours.md, from the files in proxies/: their docstrings and parameter models."""

import inspect
import re
import sys
from pathlib import Path

from lab.network.behaviour import Behaviour, Catalogue
from lab.network.link.behaviour import LinkBehaviour
from lab.scenario.limits import told
from lab.scenario.schema import schema_of
from lab.scenario.values import UNITS
from scripts.scenario_reference import table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "behaviours.md"

_HEAD = f"""\
# Behaviours

What a hop can do to traffic. A behaviour is one file in `proxies/`, and you can
[write one of your own](../how-to/write-a-behaviour.md). In a scenario it stands in the
[network](scenario.md#network), by its name. `lab behaviours` lists those that there are, and `lab behaviours NAME`
explains one.

Each file also runs alone, to be tried with any browser and any server: in a mitmdump without the lab or, where it is
a link behaviour, in the lab's relay. The command stands below each. In mitmdump each parameter and each limit is an
option, `NAME_PARAMETER` (`--set block_nth=2 --set 'block_when={{transport: xhr-streaming}}'`); the relay takes a
behaviour as it stands in a scenario (`'latency: {{delay: 50ms, nth: 2}}'`).

{UNITS} A bare number is an error.

Beside its own parameters each behaviour takes [limits](scenario.md#limits):

- one of a proxy or a balancer {told(link=False)};
- one of a link {told(link=True)}.

This page is made by `python -m scripts.reference` from the files in `proxies/`.
"""


def page() -> str:
    """The whole page: a section for each shipped behaviour."""
    catalogue = Catalogue()
    return "\n".join([_HEAD, *(_section(name, catalogue[name]) for name in catalogue)])


def _section(name: str, behaviour: type[Behaviour] | type[LinkBehaviour]) -> str:
    schema = schema_of(behaviour.Parameters)
    link = issubclass(behaviour, LinkBehaviour)
    lines = [f"## {name}", f"A behaviour of a {'link' if link else 'proxy or a balancer'}. {_prose(behaviour)}", ""]
    lines += [table(schema, schema.get("$defs", {}))] if schema["properties"] else ["It has no parameters.", ""]
    alone = f".venv/bin/mitmdump -s proxies/{name}.py{_option(name, schema['properties'])}"
    if link:
        alone = f".venv/bin/python -m lab.network.link 127.0.0.1:8080 {name}"
    lines += ["```sh", alone, "```", ""]
    return "\n".join(lines)


def _option(name: str, properties: dict[str, dict[str, object]]) -> str:
    """The first parameter that has a default of one value, as an option of mitmdump."""
    for key, part in properties.items():
        if isinstance(part.get("default"), (str, int)):
            return f" --set {name}_{key}={part['default']}"
    return ""


def _prose(behaviour: type[Behaviour] | type[LinkBehaviour]) -> str:
    """The docstring of the behaviour's file as Markdown."""
    text = inspect.cleandoc(sys.modules[behaviour.__module__].__doc__ or "")
    text = re.sub(r"(?<![<\w])https?://[^\s,)]+", r"<\g<0>>", text.replace("``", "`"))
    return re.sub(r"^(On the wire|Who does it|What survives)\b", r"**\1**", text, flags=re.MULTILINE)
