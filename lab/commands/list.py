"""lab list: what would run."""

import typer

from lab.commands import _cases
from lab.commands._options import Browsers, Expression, Paths, Proxies

PLACE = 2


def command(paths: Paths = None, browser: Browsers = None, k: Expression = "", proxies: Proxies = None) -> None:
    """List the cases that `lab run` would run.

    \b
    Examples:
      lab list
      lab list scenarios/corporate -k "upgrade and not webkit"
    """
    title = None
    for case in _cases.selected(paths, browser, k, proxies):
        if case.scenario.title != title:
            title = case.scenario.title
            typer.echo(title)
        typer.echo(f"  {case.id}")
