"""lab behaviours: what a hop can do to traffic."""

import inspect
import json
import sys
from typing import Annotated

import typer

from lab.commands._options import Proxies

PLACE = 5


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A behaviour; all of them in short where left out.")
    ] = None,
    proxies: Proxies = None,
) -> None:
    """Explain what a hop can do to traffic.

    Says of a behaviour what it does on the wire, its parameters, and who is known to do it.
    """
    from lab.network.behaviour import Catalogue
    from lab.scenario.schema import schema_of

    catalogue = Catalogue(proxies or [])
    if name is None:
        width = max(map(len, catalogue), default=0)
        for known in catalogue:
            typer.echo(f"{known:{width}}  {_text(catalogue[known]).partition(chr(10))[0]}")
        return
    behaviour = catalogue[name]
    typer.echo(f"{name}\n\n{_text(behaviour)}\n\nParameters:")
    schema = schema_of(behaviour.Parameters)
    for key, part in schema["properties"].items():
        default = f" (default {_written(part['default'])})" if "default" in part else ""
        typer.echo(f"  {key}: {part['description']}{' (required)' if key in schema.get('required', ()) else default}")


def _written(value: object) -> str:
    """A default as a scenario has it."""
    return value if isinstance(value, str) and value else json.dumps(value)


def _text(behaviour: type) -> str:
    """The docstring of the behaviour's file."""
    return inspect.cleandoc(sys.modules[behaviour.__module__].__doc__ or "")
