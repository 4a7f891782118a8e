"""The SockJS server on aiohttp: a thin skin over lab.sockjs.

Mount an endpoint on any aiohttp application, with a service of one's own::

    from aiohttp import web
    from lab.server import Service, Session, mount


    class Shout(Service):
        def on_message(self, session: Session, text: str) -> None:
            session.send(text.upper())


    app = web.Application()
    mount(app, "/shout", Shout())
    web.run_app(app, handler_cancellation=True)
"""

from lab.server.endpoint import Endpoint
from lab.server.host import LabServer
from lab.server.mounting import mount
from lab.server.options import ServerOptions
from lab.server.service import Service, Session

__all__ = ["Endpoint", "LabServer", "ServerOptions", "Service", "Session", "mount"]
