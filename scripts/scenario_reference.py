"""The page docs/reference/scenario.md, from the JSON Schema of a scenario, which is made from its models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.browser import personas
from lab.scenario.combine import MOST
from lab.scenario.schema import json_schema
from lab.scenario.steps import STEPS
from lab.scenario.values import UNITS, rows_of
from lab.scenario.yaml_text import LARGEST_FILE
from lab.sockjs.transports import TRANSPORTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "scenario.md"

_HEAD = f"""\
# A scenario's file

A scenario is one YAML file (`.yaml` or `.yml`, UTF-8, at most {LARGEST_FILE // 1024**2} MiB): a server, a network,
a page with a client, steps and expectations. Only `title` must be there. An unknown key is an error, and `lab check`
tells it with line, column and the nearest right word. So it does with what is well written and could only fail: a
file that is not there, a connection that no step makes, an expectation that cannot hold.

- {UNITS}
  A bare number is an error.
- The YAML is that of version 1.2, so `no` and `off` are words, not booleans. There is one document in a file; merge
  keys (`<<`) and tags are errors.
- `scenarios/schema.json` describes the file to editors: begin yours with a line such as
  `# yaml-language-server: $schema=../schema.json`. `lab schema` prints the same.

This page is made by `python -m scripts.reference` from the models in `lab/scenario/`.
"""

_NETWORK = """\
The network is the list of hops in the order in which a request meets them. Forward proxies stand before reverse
proxies. An empty list is a browser that talks to the server directly.

A hop is a proxy, a link (a relay of bytes with [link behaviours](behaviours.md)), a balancer of several server nodes,
or a profile: what a product or service does, as `lab profiles` lists them. A link may stand anywhere, a balancer
stands last.

```yaml
network:
  - link: [latency: {delay: 50ms}]
  - proxy: forward
    name: corporate
    tls: intercept
    behaviours: [no_upgrade: {answer: 403}]
  - nginx-websocket
  - balancer: {nodes: 2, sticky: cookie}
```

A hop that is just a behaviour is a reverse proxy with this behaviour, or a link where it is a link behaviour. These
two networks are the same:

```yaml
network:
  - no_upgrade
```

```yaml
network:
  - proxy: reverse
    behaviours:
      - name: no_upgrade
        parameters: {}
```
"""

_BEHAVIOUR = """\
A behaviour is named, and its parameters stand below its name. These four are the same:

```yaml
network:
  - behaviours:
      - no_upgrade
      - no_upgrade:
      - no_upgrade: {answer: strip}
      - {name: no_upgrade, parameters: {answer: strip}}
```

Beside its own parameters each behaviour takes [limits](#limits): what of the traffic it acts on, and when.

```yaml
network:
  - websocket_blackhole: {direction: up, after: 2s, for: 5s}
  - buffering: {until: close, when: {transport: [xhr-streaming, eventsource]}}
  - latency: {delay: 80ms, jitter: 20ms, seed: 7, when: {direction: down}}
```

The behaviours that ship with the lab are described in [behaviours](behaviours.md); those of your own are files in
`proxies/` beside the scenario.
"""

_STEPS = """\
A step is its name, its name with its main argument, its name with all its arguments, or all of it in keys:

```yaml
network:
  - {proxy: forward, name: corporate}
steps:
  - connect
  - connect: second
  - connect: {name: patient, within: 30s}
  - connect: {name: third, raw: true}
  - send: hello
  - send: {made: {count: 200, kind: mixed}, connection: second}
  - {step: send, text: hello}
  - receive
  - receive: hello
  - receive: {text: hello, within: 2s}
  - receive: {count: 200, within: 20s, connection: second}
  - push: from the server
  - expect: {transport: websocket, state: open}
  - network: {hop: corporate, add: [buffering]}
  - restart server
  - idle: 30s
  - close
  - close: {code: 3001, reason: enough}
```

When the client gives up before it is open, the steps that follow are left out, and the expectations are judged;
`connect: {on_failure: continue}` goes on all the same. Each step has a section below.
"""

_EXPECT = """\
What is left out is not checked. Where no expectation speaks of `transport` or `only_attempts`, the client must open
on some transport, whichever it is. What an engine says for itself takes the place of the same key above it:

```yaml
expect:
  transport: xhr-streaming
  delivery: exactly once, in order
  webkit:
    transport: websocket
```
"""

_ATTEMPT = """\
An attempt is a transport and its outcome. These two are the same:

```yaml
expect:
  attempts:
    - websocket: failed
    - {transport: websocket, outcome: failed}
```
"""

_MATRIX = f"""\
One file, many cases: every value of each key with every value of the others, in every engine; at most {MOST}
combinations. A key is a path into the file, with dots; items of lists are counted from 0. `exclude` leaves out the
combinations that have all the values of one of its entries. `include` adds its entry's values to the combinations
that agree with it in the keys of the matrix, and where there is none makes one more combination of it. `why` in an
entry is the reason of its cells: reports show it with them, beside that of the file.

```yaml
network:
  - no_upgrade: {{answer: strip}}
matrix:
  page.scheme: [http, https]
  network.0.no_upgrade.answer: [strip, 403, hang]
  exclude:
    - {{page.scheme: https, network.0.no_upgrade.answer: hang}}
  include:
    - {{page.scheme: http, network.0.no_upgrade.answer: strip, page.origin: cross}}
```

The id of a case is the path of its file below the folder that was given, its engine, and its values, but for what is
expected of it: `upgrade/stripped[chromium,page.scheme=http]`. `lab list` prints the ids, and `-k` looks for words in
them, in titles and in tags.
"""

_SECTIONS: Mapping[str, tuple[str, str]] = {
    "Server": ("server", ""),
    "Page": ("page", ""),
    "Client": ("client", ""),
    "FullHop": ("network", _NETWORK),
    "Balancer": ("balancer", ""),
    "FullBehaviourUse": ("behaviours", _BEHAVIOUR),
    "Limits": ("limits", ""),
    "When": ("when", ""),
    "": ("steps", _STEPS),
    **{f"Full{model.__name__}": (name, "") for name, model in STEPS.items()},
    "Made": ("made", ""),
    "Expectations": ("expect", _EXPECT),
    "FullAttempt": ("attempts", _ATTEMPT),
    "-": ("matrix", _MATRIX),
}
"""The sections in the order of the page: definition in the schema (none where it is prose), heading, and prose."""

_LINKS = {
    "Server": "[server](#server)",
    "Page": "[page](#page)",
    "Client": "[client](#client)",
    "Hop": "[hops](#network)",
    "Balancer": "[balancer](#balancer)",
    "BehaviourUse": "[behaviours](#behaviours)",
    "LinkBehaviourUse": "[link behaviours](#behaviours)",
    "AnyBehaviourUse": "[behaviours](#behaviours)",
    "Limits": "[limits](#limits)",
    "LinkLimits": "[limits](#limits)",
    "When": "[when](#when)",
    "LinkWhen": "[when](#when)",
    "Made": "[made](#made)",
    "Step": "[steps](#steps)",
    "ExpectedAttempt": "[attempts](#attempts)",
    "Expectation": "the keys above but the engines'",
    "Expectations": "[expect](#expect)",
}
"""How a table names a definition of the schema."""

_TRANSPORTS = f"""\
## transports
The transports by the client's own names, in the order in which it tries them:

{chr(10).join(f"{place}. `{name}`" for place, name in enumerate(TRANSPORTS, start=1))}
"""


def page() -> str:
    """The whole page: the keys of a file, then a section for each part."""
    schema = json_schema(personas=personas.names())
    definitions = schema["$defs"]
    sections = [_HEAD, "## The keys of a file\n" + table(schema, definitions)]
    for name, (heading, prose) in _SECTIONS.items():
        level = "###" if name.startswith("Full") and prose == "" else "##"
        about = [f"{level} {heading}"]
        if name in definitions:
            about += [definitions[name]["description"].replace("``", "`") + "\n"]
        about += [prose] if prose else []
        about += [table(definitions[name], definitions)] if name in definitions else []
        sections.append("\n".join(about))
    return "\n".join([*sections, _TRANSPORTS])


def table(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The properties of an object: key, value, default and meaning."""
    lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for row in rows_of(schema, definitions, _LINKS):
        cells = (f"`{row.key}`", row.value, row.default, row.about)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"
