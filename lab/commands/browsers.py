"""lab browsers: which browsers the engines will use."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from lab.commands._options import Engine

PLACE = 6


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON, for machines.")] = False,
) -> None:
    """List the browsers that the engines will use.

    Playwright's own builds come first, then what the system has. SOCKJS_LAB_CHROMIUM, SOCKJS_LAB_FIREFOX and
    SOCKJS_LAB_WEBKIT name other executables.
    """
    from lab.browser import find
    from lab.errors import LabError

    async def all_found() -> list[dict[str, str]]:
        rows = []
        for name in Engine:
            try:
                found = asdict(await find.find(name))
                rows.append({key: str(value or "") for key, value in found.items()})
            except LabError as error:
                rows.append({"name": name, "origin": "missing", "version": "", "executable": error.remedy})
        return rows

    rows = asyncio.run(all_found())
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['name']:10} {row['version']:20} {row['origin']:18} {row['executable']}".rstrip())
