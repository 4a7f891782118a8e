"""lab behaviours: what a hop can do to traffic."""

import inspect
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from lab.commands._options import Proxies
from lab.commands._text import bold, paragraphs, row, wrapped

if TYPE_CHECKING:
    from pydantic import BaseModel

PLACE = 5

_LEADS = ("On the wire", "Who does it", "What survives")
"""What the paragraphs of a behaviour's docstring begin with."""

_KINDS = {"http": "proxy", "link": "link"}
_HOPS = {
    "http": "a behaviour of a proxy or a balancer, which acts on HTTP",
    "link": "a behaviour of a link, which acts on bytes and time",
}


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A behaviour; all of them in short where left out.")
    ] = None,
    proxies: Proxies = None,
) -> None:
    """Explain what a hop can do to traffic.

    Says of a behaviour what it does on the wire, who is known to do it, and which parameters and limits it takes.
    """
    from lab.network.behaviour import Catalogue

    catalogue = Catalogue(proxies or [])
    if name is None:
        width = max(map(len, catalogue), default=0)
        for known in catalogue:
            text = _text(catalogue[known]).partition("\n\n")[0]
            typer.echo(row(f"{known:{width}}  {_KINDS[catalogue.kind(known)]:5}  ", text))
        return
    behaviour, kind = catalogue[name], catalogue.kind(name)
    typer.echo(f"{bold(name, wrapped(f'{name}: {_HOPS[kind]}'))}\n")
    for paragraph in paragraphs(_text(behaviour)):
        lead = next((lead for lead in _LEADS if paragraph.startswith(lead)), "")
        typer.echo(f"{bold(lead, paragraph)}\n")
    for line in _parameters(behaviour.Parameters, link=kind == "link"):
        typer.echo(line)


def _parameters(model: "type[BaseModel]", *, link: bool) -> Iterator[str]:
    """What may stand below its name."""
    from lab.scenario.limits import told
    from lab.scenario.schema import schema_of
    from lab.scenario.values import UNITS, plain, rows_of

    schema = schema_of(model)
    rows = rows_of(schema, schema.get("$defs", {}))
    yield typer.style("Parameters:", bold=True) + ("" if rows else " none")
    for one in rows:
        default = {"required": " (required)", "-": ""}.get(one.default, f" (default {plain(one.default)})")
        words = wrapped(f"{one.key}: {plain(one.value)}{default}", first="  ", rest=" " * 6)
        yield bold(one.key, words)
        yield wrapped(plain(one.about), first=" " * 6)
    if any(word in one.value for one in rows for word in ("duration", "size")):
        yield "\n" + wrapped(plain(UNITS))
    yield "\n" + wrapped(f"Limits: {plain(told(link=link, way=getattr(model, 'lab_direction', None)))}.")


def _text(behaviour: type) -> str:
    """The docstring of the behaviour's file."""
    return inspect.cleandoc(sys.modules[behaviour.__module__].__doc__ or "").replace("``", "`")
