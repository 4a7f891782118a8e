"""lab check: are these scenarios right?"""

import typer

from lab.commands import _cases
from lab.commands._options import Paths, Proxies
from lab.timeline.words import plural

PLACE = 3


def command(paths: Paths = None, proxies: Proxies = None) -> None:
    """Check scenarios without running them.

    Every mistake is told with its file, line and column, what was expected, what came, and the nearest right word. No
    browser is needed.
    """
    loaded = _cases.loaded(paths, proxies)
    count = plural(sum(len(cases) for _, cases in loaded), "case")
    typer.echo(f"{plural(len(loaded), 'scenario is', 'scenarios are')} right: {count}.")
