"""lab doctor: is this machine fit?"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from lab.commands._options import Browsers, Engine
from lab.runner import status

PLACE = 7


def command(
    browser: Browsers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, for machines.")] = False,
) -> int:
    """Check this machine, and name the remedy.

    Checks Python, mitmproxy, sockjs-client, ports and engines: each engine
    is started, loads a page, and its traffic is seen to go through a proxy. Exit status: 0 where all
    is well, else 3.
    """
    return asyncio.run(_report(browser, as_json))


async def _report(names: Sequence[str] | None, as_json: bool) -> int:
    from lab.runner.doctor import examine

    console = Console(highlight=False, soft_wrap=True)
    findings = []
    async for finding in examine(names or list(Engine)):
        findings.append(finding)
        if not as_json:
            line = Text.assemble(
                ("ok      ", "green") if finding.ok else ("failed  ", "bold red"),
                f"{finding.check:16} {finding.detail}",
            )
            console.print(line)
            if finding.remedy:
                console.print(Text(f"{'':25}{finding.remedy}"))
    bad = sum(not finding.ok for finding in findings)
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        console.print("All is well." if not bad else f"{bad} of {len(findings)} checks failed.")
    return status.ENVIRONMENT if bad else status.PASSED
