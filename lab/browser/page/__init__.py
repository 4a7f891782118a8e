"""The page that the client runs in: what the lab's server serves below ``/lab/``."""

from pathlib import Path

from lab.browser import client

_FOLDER = Path(__file__).resolve().parent


async def files(version: str) -> dict[str, tuple[str, bytes]]:
    """The page with sockjs-client ``version``: URL path -> (content type, content).

    ``/lab/page.html`` loads ``/lab/recorder.js`` and ``/lab/sockjs.js``. Raises what `client.fetch` raises.
    """
    library = await client.fetch(version)
    html, script = "text/html; charset=utf-8", "application/javascript; charset=utf-8"
    return {
        "/lab/page.html": (html, (_FOLDER / "page.html").read_bytes()),
        "/lab/recorder.js": (script, (_FOLDER / "recorder.js").read_bytes()),
        "/lab/sockjs.js": (script, library.read_bytes()),
    }
