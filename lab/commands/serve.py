"""lab serve: the SockJS server on its own."""

import asyncio
import signal
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from lab.server.options import ServerOptions

PLACE = 9

T = TypeVar("T")


class ProtocolText(StrEnum):
    """The texts of the protocol."""

    current = "current"
    old = "0.3.3"


def command(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 for all addresses.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 picks a free one.")] = 8081,
    heartbeat: Annotated[
        str, typer.Option(metavar="DURATION", help="Silence after which a heartbeat is sent.")
    ] = "25s",
    disconnect_delay: Annotated[
        str, typer.Option(metavar="DURATION", help="How long a session without a receiver is kept.")
    ] = "5s",
    response_limit: Annotated[
        str, typer.Option(metavar="SIZE", help="Bytes after which a streaming response is ended.")
    ] = "128KiB",
    websocket: Annotated[
        bool, typer.Option(help="Offer websockets; without them clients begin with xhr-streaming.")
    ] = True,
    cookie: Annotated[
        bool, typer.Option("--cookie", help="Set JSESSIONID, and say in /info that a balancer needs it.")
    ] = False,
    sockjs_url: Annotated[
        str, typer.Option(metavar="URL", help="The client that the page of iframe transports loads.")
    ] = "/lab/sockjs.js",
    origins: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="An origin whose pages may use the server, such as https://example.com; may be repeated. "
            "Any where left out.",
        ),
    ] = None,
    protocol: Annotated[
        ProtocolText,
        typer.Option(help="The text of the protocol to follow where they disagree (lab/server/dialects.py)."),
    ] = ProtocolText.current,
    protocol_test: Annotated[
        bool, typer.Option("--protocol-test", help="End a response of /echo after 4096 bytes, as testers assume.")
    ] = False,
    events: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Append what the server sees: one JSON object per line.", dir_okay=False),
    ] = None,
) -> None:
    """Run the lab's SockJS server on its own.

    It prints "listening on URL" once it accepts, and runs until Ctrl-C or SIGTERM, which end it with
    status 0. Below that URL there are:

    \b
      /echo                     sends each message back
      /disabled_websocket_echo  the same without websockets
      /cookie_needed_echo       the same with the JSESSIONID cookie
      /close                    closes each session at once with 3000 "Go away!"
      /amplify                  answers the number n with 2^n times x
      /broadcast                sends each message to everybody
      /ticker                   says "tick!" once a second
      /lab/page.html            a page to try them from, with the real client
      /echo/websocket           a raw websocket, for clients without the library;
                                each of the above has one

    \b
    Try it; the first answers o (the session is open), the last the message:
      lab serve --port 8081
      curl http://localhost:8081/echo/info
      curl -X POST http://localhost:8081/echo/000/me/xhr
      curl -d '["hello"]' http://localhost:8081/echo/000/me/xhr_send
      curl -X POST http://localhost:8081/echo/000/me/xhr

    Durations and sizes carry their unit: 250ms, 25s, 4KiB. Run a conformance suite with --protocol-test.
    """
    from lab.server.loops import factory
    from lab.server.options import ServerOptions
    from lab.units import duration_ms, size_bytes

    try:
        options = ServerOptions(
            heartbeat_s=_read("--heartbeat", heartbeat, duration_ms) / 1000,
            disconnect_delay_s=_read("--disconnect-delay", disconnect_delay, duration_ms) / 1000,
            response_limit=_read("--response-limit", response_limit, size_bytes),
            websocket=websocket,
            cookie=cookie,
            sockjs_url=sockjs_url,
            protocol="0.3.3" if protocol is ProtocolText.old else "current",
            allowed_origins=frozenset(map(_origin, origins)) if origins else None,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with asyncio.Runner(loop_factory=factory()) as runner:
        runner.run(_serve(host, port, options, protocol_test, events))


def _read(option: str, text: str, read: Callable[[str], T]) -> T:
    """The value of an option, whose name is in the message where it is wrong."""
    try:
        return read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"'{option}'") from error


def _origin(text: str) -> str:
    from lab.errors import UsageError
    from lab.server.cors import origin

    try:
        return origin(text)
    except ValueError as error:
        raise UsageError(f"--origins: {error}", remedy="write it as in --origins https://www.example.com") from error


async def _serve(host: str, port: int, options: "ServerOptions", protocol_test: bool, events: Path | None) -> None:
    from lab.events import ignore
    from lab.server import suite
    from lab.server.event_file import EventFile
    from lab.server.host import LabServer

    stopped = asyncio.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(which, stopped.set)
    first, *others = suite.endpoints(options, protocol_test=protocol_test)
    file = EventFile(events) if events else None
    try:
        server = LabServer(
            first.options,
            service=first.service,
            prefix=first.prefix,
            emit=file.emit if file else ignore,
            files=await _page(),
            beside=others,
        )
        try:
            await server.start(host=host, port=port)
            typer.echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{server.port}")
            await stopped.wait()
        finally:
            await server.stop()
    finally:
        if file is not None:
            file.close()


async def _page() -> dict[str, tuple[str, bytes]]:
    """The page's files; none, with a word about it, where the client cannot be fetched: the server works without."""
    from lab.browser import page
    from lab.errors import LabError
    from lab.scenario.model import Client

    try:
        return await page.files(Client().version)
    except LabError as error:
        typer.echo(f"lab: no page and no client at /lab: {error}", err=True)
        return {}
