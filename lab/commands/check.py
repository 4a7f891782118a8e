"""lab check: are these scenarios right?"""

import typer

from lab.commands import _cases
from lab.commands._options import Paths, Proxies

PLACE = 3


def command(paths: Paths = None, proxies: Proxies = None) -> None:
    """Check scenarios without running them.

    Every mistake is told with its file, line and column, what was expected, what came, and the nearest right word. No
    browser is needed.
    """
    loaded = _cases.loaded(paths, proxies)
    count = sum(len(cases) for _, cases in loaded)
    typer.echo(f"{len(loaded)} {'scenario is' if len(loaded) == 1 else 'scenarios are'} right: {count} cases.")
