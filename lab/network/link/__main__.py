"""Runs one link by itself: ``python -m lab.network.link 127.0.0.1:8080 'latency: {delay: 50ms}' reset``.

It prints ``listening on 127.0.0.1:PORT``, and with ``--events`` what it sees, one JSON object per line.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from lab.errors import LabError, UsageError
from lab.events import Clock, Emit, Event, ignore
from lab.network.behaviour import Catalogue
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.scenario.base import Reading, validate_plain
from lab.scenario.network import LinkBehaviourUse


def behaviour_of(text: str, catalogue: Catalogue, *, place: str = "") -> LinkBehaviour:
    """The behaviour that ``latency`` or ``latency: {delay: 50ms, when: {direction: up}}`` stands for.

    Args:
        text: As a scenario has it.
        catalogue: The behaviours that there are.
        place: Where in the row it stands, for the lots that it draws.

    Raises:
        UsageError: It stands for none.
    """
    try:
        value: Any = yaml.safe_load(text)
        use = validate_plain(LinkBehaviourUse, value, Reading(catalogue.parameter_models()))
    except yaml.YAMLError:
        raise UsageError(
            f"not a behaviour: {text}", remedy="Write its name, or 'name: {parameter: value}'."
        ) from None
    except ValidationError as error:
        told = (
            ".".join(map(str, each["loc"])) + ": " + each["msg"].removeprefix("Value error, ")
            for each in error.errors(include_url=False)
        )
        raise UsageError(f"{text}: {'; '.join(told).removeprefix(': ')}", remedy="See lab behaviours.") from None
    made: LinkBehaviour = catalogue.make(use.name, use.parameters, use.limits, place=place)
    return made


def target_of(text: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8080``, or of ``8080`` alone.

    Raises:
        UsageError: There is no port.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"not a host and port: {text}", remedy="Write it as 127.0.0.1:8080.")
    return host or "127.0.0.1", int(port)


def _emit_at(vantage: str, clock: Clock) -> Emit:
    def emit(kind: str, /, **data: Any) -> None:
        sys.stdout.write(json.dumps(Event(clock.now_ms(), vantage, kind, data).as_json()) + "\n")
        sys.stdout.flush()

    return emit


async def _run(target: tuple[str, int], behaviours: Sequence[LinkBehaviour], *, events: bool) -> None:
    clock = Clock()
    hop, client, server = (
        _emit_at(vantage, clock) if events else ignore for vantage in ("hop1", "hop1.client", "hop1.server")
    )
    link = Link(target, recorder=LinkRecorder(hop, client, server), behaviours=behaviours)
    await link.start()
    sys.stdout.write(f"listening on 127.0.0.1:{link.port}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await link.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a link until it is interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m lab.network.link", description=__doc__)
    parser.add_argument("target", help="where it leads: 127.0.0.1:8080")
    parser.add_argument("behaviours", nargs="*", help="from the client to the server: 'latency: {delay: 50ms}'")
    parser.add_argument("--events", action="store_true", help="print what is seen")
    parser.add_argument("--proxies", type=Path, action="append", default=[], help="a folder with more behaviours")
    given = parser.parse_args(arguments)
    try:
        catalogue = Catalogue(given.proxies)
        row = enumerate(given.behaviours)
        behaviours = [behaviour_of(text, catalogue, place=f"hop1/{index}") for index, text in row]
        asyncio.run(_run(target_of(given.target), behaviours, events=given.events))
    except KeyboardInterrupt:
        return 130
    except LabError as error:
        sys.stderr.write("\n".join(filter(None, (str(error), error.remedy))) + "\n")
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
