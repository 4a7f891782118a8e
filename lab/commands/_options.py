"""Arguments and options that several commands take, each written once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


# Typer takes lists of an enumeration, but not of a Literal; its members are the same strings.
class Engine(StrEnum):
    """The engines' names."""

    chromium = "chromium"
    firefox = "firefox"
    webkit = "webkit"


SomePaths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH", help="Scenario files, or folders with scenarios.", show_default=False),
]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="Scenario files or folders; the shipped scenarios where left out."),
]
Browsers = Annotated[
    list[Engine] | None,
    typer.Option(
        "--browser",
        metavar="ENGINE",
        help="Only this engine; may be repeated. All where left out.",
    ),
]
Expression = Annotated[
    str,
    typer.Option("-k", metavar="EXPR", help="Only cases whose id, title or tags match: 'upgrade and not webkit'."),
]
Proxies = Annotated[
    list[Path] | None,
    typer.Option(
        "--proxies",
        metavar="DIR",
        help="A folder with behaviours of your own, besides proxies/ beside a scenario.",
        exists=True,
        file_okay=False,
    ),
]
