"""lab serve: the SockJS server on its own."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lab.server.options import ServerOptions

PLACE = 9


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 8081,
    heartbeat: Annotated[str, typer.Option(help="Silence after which a heartbeat is sent.")] = "25s",
    disconnect_delay: Annotated[str, typer.Option(help="How long a session without a receiver is kept.")] = "5s",
    response_limit: Annotated[str, typer.Option(help="Bytes after which a streaming response is ended.")] = "128KiB",
    websocket: Annotated[bool, typer.Option(help="Offer the websocket transport.")] = True,
    cookie: Annotated[bool, typer.Option("--cookie", help="Say that sessions need the JSESSIONID cookie.")] = False,
) -> None:
    """Run the lab's SockJS server on its own.

    There is an echo service at /echo, and a page to try it at /lab/page.html.
    """
    from lab.server.options import ServerOptions
    from lab.units import duration_ms, size_bytes

    try:
        options = ServerOptions(
            heartbeat_s=duration_ms(heartbeat) / 1000,
            disconnect_delay_s=duration_ms(disconnect_delay) / 1000,
            response_limit=size_bytes(response_limit),
            websocket=websocket,
            cookie=cookie,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    asyncio.run(_serve(host, port, options))


async def _serve(host: str, port: int, options: "ServerOptions") -> None:
    from lab.browser import page
    from lab.errors import EnvironmentFailure
    from lab.scenario.model import Client
    from lab.server.host import LabServer

    stopped = asyncio.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(which, stopped.set)
    server = LabServer(options, files=await page.files(Client().version))
    try:
        await server.start(host=host, port=port)
        typer.echo(f"listening on http://{host}:{server.port}")
        await stopped.wait()
    except OSError as error:
        raise EnvironmentFailure(
            f"{host}:{port} cannot be listened on: {error.strerror}.", remedy="--port 0 picks a free port."
        ) from error
    finally:
        await server.stop()
