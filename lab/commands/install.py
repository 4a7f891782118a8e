"""lab install: the browsers and the client."""

import asyncio
from typing import Annotated

import typer

from lab.commands._options import Engine

PLACE = 8


def command(
    names: Annotated[list[Engine] | None, typer.Argument(metavar="ENGINE", help="All three where left out.")] = None,
) -> None:
    """Install what is missing: browsers, sockjs-client, d3.

    Nothing is done where all is there. d3 draws the timelines of reports. For browsers it takes Playwright's own
    builds where they can be downloaded, else the distribution's packages (Debian: chromium, firefox-esr,
    webkit2gtk-driver, xvfb; as root). SOCKJS_LAB_BROWSERS=system skips the download. A Firefox that is here, but
    older than Playwright can drive, is upgraded.
    """
    from lab.browser import client
    from lab.browser.install import install
    from lab.report import library
    from lab.scenario.model import Client

    install(names or list(Engine), typer.echo)
    release = Client().version
    asyncio.run(client.fetch(release))
    typer.echo(f"sockjs-client {release}: in the cache")
    asyncio.run(library.prepare(typer.echo))
