"""The page that the client runs in: what the lab's server serves below ``/lab/``, or what lies in a folder."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from lab.browser import client
from lab.browser.personas import Persona

File = tuple[str, bytes]
"""Content type and content."""

_FOLDER = Path(__file__).resolve().parent
_HTML, _SCRIPT = "text/html; charset=utf-8", "application/javascript; charset=utf-8"
_RECORDER_TAG = b'<script src="recorder.js"></script>'
_SET_DOMAIN = b"<script>document.domain = document.domain</script>"


def recorder_script() -> str:
    """The recorder: for the lab's page, or as an init script (`Engine.open`'s ``scripts``) in any page.

    It is one function made of the files in recorder/, in the order of their names.
    """
    parts = sorted((_FOLDER / "recorder").glob("*.js"))
    return "(function () {\n" + "\n".join(part.read_text("utf-8") for part in parts) + "})();\n"


async def files(
    version: str = "1.6.1",
    *,
    path: Path | None = None,
    url: str | None = None,
    persona: Persona | None = None,
    document_domain: bool = False,
) -> dict[str, File]:
    """The page with a client: URL path -> (content type, content).

    ``/lab/page.html`` loads ``/lab/recorder.js`` and ``/lab/sockjs.js``. The latter is what the server's iframe
    page is to load too (the server's ``sockjs_url``): it holds the persona's masks and the client.

    Args:
        version: A release of sockjs-client, where neither of the next two is given.
        path: A file with the client.
        url: Where the page itself loads the client from; a relative one is resolved against the page's URL.
        persona: The browser to stand for.
        document_domain: Whether the page sets its ``document.domain``, as htmlfile on a page of the endpoint's own
            origin needs in Firefox and WebKit (see docs/explanation/personas.md).

    Raises:
        LabError: what `client.load` raises.
    """
    library = await client.load(version, path=path, url=url)
    masks = persona.script() if persona else ""
    page = await asyncio.to_thread((_FOLDER / "page.html").read_bytes)
    if document_domain:
        page = page.replace(_RECORDER_TAG, _SET_DOMAIN + b"\n" + _RECORDER_TAG)
    return {
        "/lab/page.html": (_HTML, page),
        "/lab/recorder.js": (_SCRIPT, recorder_script().encode()),
        "/lab/sockjs.js": (_SCRIPT, masks.encode() + library),
    }


def write(folder: Path, files: Mapping[str, File]) -> str:
    """Write the page's files into ``folder``, and return the ``file://`` URL of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, (_, content) in files.items():
        (folder / Path(path).name).write_bytes(content)
    return (folder / "page.html").resolve().as_uri()
