"""sockjs-tornado: an echo service at /echo. Runs in the peers' own environment."""

import asyncio
import logging
import sys
from typing import Any

from sockjs.tornado import SockJSConnection, SockJSRouter
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application


class Echo(SockJSConnection):
    """Sends each message back."""

    def on_message(self, message: Any) -> None:
        """Send it back."""
        self.send(message)


async def main() -> None:
    """Serve until killed."""
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    (listening,) = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application(SockJSRouter(Echo, "/echo").urls)).add_sockets([listening])
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
