"""aio-libs sockjs: an echo service at /echo. Runs in the peers' own environment."""

import asyncio
import sys
from typing import Any

import sockjs
from aiohttp import web


async def echo(manager: Any, session: Any, message: Any) -> None:
    """Send each message back."""
    if message.type == sockjs.MsgType.MESSAGE:
        session.send(message.data)


async def main() -> None:
    """Serve until killed."""
    app = web.Application()
    sockjs.add_endpoint(app, echo, name="echo", prefix="/echo")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
