"""sockjs-tornado with an echo service at /echo: ``PYTHON_THAT_HAS_IT sockjs_tornado.py PORT``."""

import asyncio
import sys
from typing import Any

from sockjs.tornado import SockJSConnection, SockJSRouter
from tornado.web import Application


class Echo(SockJSConnection):
    """Sends each message back."""

    def on_message(self, message: Any) -> None:
        """Send it back."""
        self.send(message)


async def main() -> None:
    """Serve until ended."""
    Application(SockJSRouter(Echo, "/echo").urls).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
