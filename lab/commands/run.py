"""lab run: run scenarios in real browsers."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import rich.console
import typer

from lab.commands import _cases
from lab.commands._options import Browsers, Expression, Proxies, SomePaths
from lab.runner import status

PLACE = 1


class Terminal(rich.console.Console):
    """Standard output; a reader that leaves (``lab run ... | head``) misses lines, and the run goes on."""

    def on_broken_pipe(self) -> None:
        """Say no more; Rich's own would end the program."""
        self.quiet = True
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def command(
    paths: SomePaths,
    browser: Browsers = None,
    k: Expression = "",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", min=1, max=16, help="Cases under way at once; one measures at a time."
        ),
    ] = 1,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the run's folder is made.", file_okay=False)] = Path(
        "reports"
    ),
    headed: Annotated[bool, typer.Option("--headed", help="Show the browsers' windows.")] = False,
    retries: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=9, help="Try a failed case again; one that then passes is flaky."),
    ] = 0,
    forbid_flaky: Annotated[
        bool, typer.Option("--forbid-flaky", help="Exit with 4 where a case passed only after a retry.")
    ] = False,
    proxies: Proxies = None,
    trace: Annotated[
        bool | None,
        typer.Option(
            "--trace/--no-trace",
            help="Keep a Playwright trace of cases that do not pass. Default: where it costs little, not in WebKit.",
        ),
    ] = None,
) -> int:
    """Run scenarios, and say why each client fell back.

    Runs each scenario in real browsers and says which transport the client ended on, and why it left the others.
    Makes a folder below --out with report.html, results.json, junit.xml and what was seen in each case.

    \b
    Examples:
      lab run scenarios/corporate
      lab run scenarios -k "upgrade and not webkit" --browser chromium
      lab run my-proxy.yaml --headed
    """
    from lab.report.console import Console
    from lab.runner.session import Options, run_all

    cases = _cases.selected(paths, browser, k, proxies)
    options = Options(
        out=out,
        jobs=jobs,
        headed=headed,
        retries=retries,
        trace=trace,
        proxies=proxies or [],
        command=["lab", *sys.argv[1:]],
    )
    result = asyncio.run(run_all(cases, options, Console(Terminal())))
    return status.of_run(result, forbid_flaky=forbid_flaky)
