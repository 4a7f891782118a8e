"""Puts a script of its own, or other HTML, into pages.

On the wire: the HTML is inserted into each response with Content-Type text/html: before anything else (``start``),
behind the first ``<head>`` (``head``), or before the last ``</body>`` that is there when the response ends, or at its
end (``end``). The length goes, and the pieces pass as they come. ``types`` extends it to what is no page at all.

Who does it: Citrix Bytemobile at a mobile carrier (https://github.com/meteor/meteor/issues/1614), Privoxy's body
filters, toolbars of antivirus products. TLS keeps them out.

What survives: the lab's HTML of itself does no harm: htmlfile and iframe.html bear a script more. What it does can:
``html: "<script>document.domain = 'x'</script>"``. Into an XHR transport's response (``types``) it puts lines that
are no frames; those are ignored, unless one begins with ``o``, ``c`` or ``a``.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import media
from lab.network.bodies import BodyChange, Change
from lab.network.find import Find

_MARK = {"head": b"<head>", "end": b"</body>"}


class InjectHtml(BodyChange):
    """Inserts HTML into pages as they pass."""

    class Parameters(BodyChange.Parameters):
        """What, and where."""

        html: str = Field("<script>window.injectedByProxy = true;</script>", description="The HTML that is inserted.")
        at: Literal["start", "head", "end"] = Field(
            "head", description="Where: before anything else, behind <head>, or before </body>."
        )
        types: list[str] = Field(["text/html"], min_length=1, description="The content types that it goes into.")

    parameters: Parameters

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """Insert it, where the type is one of them."""
        kind = media.kind(response.headers)
        if not media.is_one_of(kind, self.parameters.types) or response.headers.get("content-length") == "0":
            return None
        where = self.parameters.at
        self.did(flow, f"injected HTML into a response of type {kind}", at=where)
        return Insertion(self.parameters.html.encode(), where)


class Insertion:
    """Inserts HTML into one body."""

    def __init__(self, html: bytes, at: Literal["start", "head", "end"]) -> None:
        self._html = html
        self._at = at
        mark = _MARK.get(at, b"")
        put = mark + html if at == "head" else html + mark
        self._find = Find(mark, put, once=True, ignore_case=True) if mark else None
        self._begun = False

    def __call__(self, data: bytes) -> list[bytes]:
        """The pieces that go on."""
        first, self._begun = not self._begun, True
        if self._find is None:
            return [self._html + data] if first else [data] if data else []
        out = self._find(data)
        if not data and self._at == "end" and not self._find.found:
            out.append(self._html)
        return out


addons = [InjectHtml.addon()]
