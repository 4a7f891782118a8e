"""An application of one's own, as small as it can be: a chat at ``/``, its SockJS endpoint at ``/chat``.

``python chat.py PORT`` serves it with aiohttp. It stands for yours, in whatever language that is.
"""

import sys
from pathlib import Path

from aiohttp import web

from lab.browser import client
from lab.server.mounting import mount
from lab.server.services.broadcast import Broadcast


async def application() -> web.Application:
    """The page, the client that it loads, and the endpoint."""
    page = Path(__file__).with_name("chat.html").read_text(encoding="utf-8")
    script = (await client.fetch("1.6.1")).read_text(encoding="utf-8")

    async def serve_page(request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    async def serve_script(request: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", serve_page)
    app.router.add_get("/static/sockjs.js", serve_script)
    mount(app, "/chat", Broadcast())
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), handler_cancellation=True)
