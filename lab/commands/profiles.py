"""lab profiles: products and services that a hop can stand for."""

from typing import Annotated, Any

import typer

from lab.commands._options import Proxies
from lab.commands._text import bold, paragraphs, row, wrapped

PLACE = 5.5
"""Behind `lab behaviours`, which profiles are made of."""


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A profile; all of them in short where left out.")
    ] = None,
    proxies: Proxies = None,
) -> None:
    """Explain what a hop can stand for: nginx, Squid, AWS ELB.

    Says of a profile which behaviours it consists of, with their figures, and where those come from.
    """
    import yaml

    from lab.errors import UsageError
    from lab.network.behaviour import Catalogue
    from lab.scenario.problems import nearest

    catalogue = Catalogue(proxies or [])
    models: dict[str, Any] = catalogue.models()
    if name is None:
        width = max(map(len, catalogue.profiles), default=0)
        for known in sorted(catalogue.profiles):
            typer.echo(row(f"{known:{width}}  ", models[known].profile.title))
        return
    if name not in catalogue.profiles:
        near = nearest(name, catalogue.profiles)
        hint = f"Did you mean {near}?" if near else f"There are: {', '.join(sorted(catalogue.profiles))}."
        raise UsageError(f"there is no profile called {name}", remedy=hint)
    profile = models[name].profile
    written = yaml.safe_load(catalogue.profiles[name].read_text(encoding="utf-8"))["hop"]
    typer.echo(f"{bold(name, wrapped(f'{name}: {profile.title}'))}\n")
    for paragraph in paragraphs(profile.why):
        typer.echo(f"{paragraph}\n")
    typer.echo(yaml.safe_dump({"hop": written}, sort_keys=False, allow_unicode=True))
    typer.echo(typer.style("Sources:", bold=True))
    for source in profile.source:
        typer.echo(wrapped(source, first="  ", rest=" " * 6))
