"""lab run: run scenarios in real browsers."""

import asyncio
import os
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import rich.console
import typer

from lab.commands import _cases
from lab.commands._options import Browsers, Expression, Proxies, SomePaths
from lab.runner import status

PLACE = 1


# Typer takes no Literal; the values are those of lab.runner.artefacts.Policy.
class Artifacts(StrEnum):
    """When the large files of a case are kept."""

    always = "always"
    failure = "failure"
    never = "never"


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
            help="Record a Playwright trace, kept as --artifacts says. Default: where that costs little.",
        ),
    ] = None,
    artifacts: Annotated[
        Artifacts,
        typer.Option(
            "--artifacts",
            metavar="WHEN",
            help="Keep HAR, flows, trace and screenshot of a case: always, on failure, never (nor its events).",
        ),
    ] = Artifacts.failure,
    redact: Annotated[
        bool,
        typer.Option("--redact/--no-redact", help="Hide cookies and credentials in what is kept."),
    ] = True,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The run (its folder or results.json) to compare with. Default: the last run below --out.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what did not pass.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json, and nothing else.")] = False,
    markdown: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the summary for a pull request here, too.", dir_okay=False, show_default=False
        ),
    ] = None,
    github: Annotated[
        bool,
        typer.Option(
            "--github/--no-github",
            help="Annotate the scenarios and write the summary of the step. Default: within GitHub Actions.",
            envvar="GITHUB_ACTIONS",
            show_envvar=False,
            show_default=False,
        ),
    ] = False,
) -> int:
    """Run scenarios, and say why each client fell back.

    Runs each scenario in real browsers and says which transport the client ended on, and why it left the others.
    Makes a folder below --out with report.html, results.json, junit.xml, summary.md and what was seen in each case.

    \b
    Examples:
      lab run scenarios/corporate
      lab run scenarios -k "upgrade and not webkit" --browser chromium
      lab run my-proxy.yaml --headed
    """
    from lab.redact import NoRedaction, Redaction
    from lab.report import after
    from lab.report.console import Console
    from lab.report.json_lines import JsonOnly
    from lab.runner import baseline as baselines
    from lab.runner.artefacts import Keeping
    from lab.runner.session import Options, run_all

    after.check(markdown)
    cases = _cases.selected(paths, browser, k, proxies)
    options = Options(
        out=out,
        jobs=jobs,
        headed=headed,
        retries=retries,
        trace=trace,
        proxies=proxies or [],
        command=["lab", *sys.argv[1:]],
        keeping=Keeping(artifacts.value, Redaction() if redact else NoRedaction()),
        baseline=baselines.read(baseline) if baseline else None,
    )
    teller = JsonOnly() if as_json else Console(Terminal(), quiet=quiet)
    result = asyncio.run(run_all(cases, options, teller))
    say = typer.echo if not as_json else partial(typer.echo, err=True)
    after.tell(result, out / result.run, say, markdown=markdown, github=os.environ if github else None)
    return status.of_run(result, forbid_flaky=forbid_flaky)
