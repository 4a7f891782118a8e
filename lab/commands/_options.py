"""Arguments and options that several commands take, each written once."""

from pathlib import Path
from typing import Annotated

import typer

from lab.scenario.model import EngineName

SomePaths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Scenario files, or folders with scenarios.", show_default=False),
]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Scenario files or folders; the shipped scenarios where left out."),
]
Browsers = Annotated[
    list[EngineName] | None,
    typer.Option("--browser", help="Only this engine; may be repeated. All that a scenario names where left out."),
]
Expression = Annotated[
    str,
    typer.Option("-k", metavar="EXPR", help="Only cases whose id, title or tags match: 'upgrade and not webkit'."),
]
Proxies = Annotated[
    list[Path] | None,
    typer.Option(
        "--proxies",
        help="A folder with behaviours of your own, besides proxies/ beside a scenario.",
        exists=True,
        file_okay=False,
    ),
]
