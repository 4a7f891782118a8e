"""lab schema: the JSON Schema of a scenario."""

import json

import typer

PLACE = 4


def command() -> None:
    """Print the JSON Schema of a scenario.

    \b
    An editor with a YAML language server uses it by a first line such as
      # yaml-language-server: $schema=./schema.json
    """
    from lab.browser import personas
    from lab.network.behaviour import Catalogue
    from lab.scenario.schema import json_schema
    from lab.timeline.diagnosis import causes

    schema = json_schema(Catalogue().models(), personas.names(), causes())
    typer.echo(json.dumps(schema, indent=2, ensure_ascii=False))
