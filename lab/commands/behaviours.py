"""lab behaviours: what a hop can do to traffic."""

import inspect
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

    catalogue = Catalogue(proxies or [])
    if name is None:
        for known in catalogue:
            typer.echo(f"{known:16} {_text(catalogue[known]).partition(chr(10))[0]}")
        return
    behaviour = catalogue[name]
    typer.echo(f"{name}\n\n{_text(behaviour)}\n\nParameters:")
    for field, info in behaviour.Parameters.model_fields.items():
        default = "required" if info.is_required() else f"default {info.get_default(call_default_factory=True)}"
        typer.echo(f"  {info.alias or field}: {info.description} ({default})")


def _text(behaviour: type) -> str:
    """The docstring of the behaviour's file."""
    return inspect.cleandoc(sys.modules[behaviour.__module__].__doc__ or "")
