"""The lab's server: an echo service at /echo.

``uvloop`` as an argument runs it on that loop, ``mounted`` in an application of aiohttp's.
"""

import asyncio
import sys

from aiohttp import web

from lab.server import LabServer, mount
from lab.server.services.echo import Echo


async def start() -> int:
    """Serve; the port."""
    if "mounted" in sys.argv:
        app = web.Application()
        mount(app, "/echo", Echo())
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        port: int = runner.addresses[0][1]
        return port
    server = LabServer()
    await server.start()
    return server.port


async def main() -> None:
    """Serve until killed."""
    sys.stdout.write(f"{await start()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    if "uvloop" in sys.argv:
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    else:
        asyncio.run(main())
