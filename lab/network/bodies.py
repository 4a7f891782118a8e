"""Changing the bodies of responses as they pass, without holding them back.

A behaviour that does so is a `BodyChange`: it says for each response what becomes of its pieces, and this sets the
headers right and leaves the order of things to the hop. Several may follow each other in one hop, and one that
holds responses whole (``buffering``) may stand before or behind them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from mitmproxy import http

from lab.network.behaviour import Behaviour

Change = Callable[[bytes], Iterable[bytes]]
"""Called with each piece of a body, and with none at its end: which pieces go on in its place, none of them empty."""

_NO_BODY = frozenset({101, 204, 205, 304})


class BodyChange(Behaviour):
    """A behaviour that changes bodies of responses.

    A subclass that needs the hooks ``responseheaders`` or ``response`` for more than that calls these.
    """

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """What becomes of the body of this response, whose head has come; None where it stays as it is.

        A compressed body is not asked about, nor a response that has none.
        """
        return None

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to change the body, if it is one to be changed."""
        response = flow.response
        if response is None or response.status_code in _NO_BODY or flow.request.method == "HEAD":
            return
        if response.headers.get("content-encoding", "identity") != "identity":
            return
        change = self.change(flow, response)
        if change is not None:
            _unsize(response)
            self._begin(flow, response, change)

    def replace(self, flow: http.HTTPFlow, made: http.Response) -> None:
        """Put a response of the hop's own in place of the server's. To be called in ``responseheaders``."""
        response = flow.response
        assert response is not None
        response.status_code, response.reason = made.status_code, made.reason
        response.headers = made.headers
        # The server may go on for as long as it likes: nothing else can follow on this connection.
        response.headers["Connection"] = "close"
        self._begin(flow, response, _Instead(made.raw_content or b""))

    def _begin(self, flow: http.HTTPFlow, response: http.Response, change: Change) -> None:
        key = f"change {id(self)}"
        flow.metadata[key] = change
        if response.stream is not False:
            response.stream = _Started(flow, key, change, response.stream)

    def response(self, flow: http.HTTPFlow) -> None:
        """Change a body that was held whole."""
        change: Change | None = flow.metadata.pop(f"change {id(self)}", None)
        response = flow.response
        if change is None or response is None or response.raw_content is None:
            return
        whole = response.raw_content
        response.raw_content = b"".join([*(change(whole) if whole else ()), *change(b"")])
        if "transfer-encoding" not in response.headers:
            response.headers["Content-Length"] = str(len(response.raw_content))


class _Instead:
    """Puts one body in place of another, as soon as that begins."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __call__(self, data: bytes) -> list[bytes]:
        body, self._body = self._body, b""
        return [body] if body else []


class _Started:
    """The change as mitmproxy calls it, behind the one that was there before. Once it has begun, it is not due."""

    def __init__(self, flow: http.HTTPFlow, key: str, change: Change, before: Any) -> None:
        self._metadata = flow.metadata
        self._key = key
        self._change = change
        self._before = before if callable(before) else None

    def __call__(self, data: bytes) -> list[bytes]:
        self._metadata.pop(self._key, None)
        if self._before is None:
            return list(self._change(data))
        came = self._before(data)
        # mitmproxy takes one piece or several.
        pieces = [came] if isinstance(came, bytes) else list(came)
        out = [after for piece in pieces if piece for after in self._change(piece)]
        return out if data else [*out, *self._change(b"")]


def _unsize(response: http.Response) -> None:
    """Take away the length of the body, which will be another: chunks in its place, or the end of the connection."""
    response.headers.pop("content-length", None)
    if response.http_version == "HTTP/1.1":
        response.headers["Transfer-Encoding"] = "chunked"


class Find:
    """Replaces a text wherever it stands in a body, however that is cut; holds only its beginning back."""

    def __init__(self, find: bytes, put: bytes, *, once: bool = False, ignore_case: bool = False) -> None:
        """Prepare for one body.

        Args:
            find: What is looked for; not empty.
            put: What takes its place.
            once: Only its first occurrence.
            ignore_case: ASCII letters match whichever their case.
        """
        self._find = find.lower() if ignore_case else find
        self._put = put
        self._once = once
        self._ignore_case = ignore_case
        self._held = b""
        self.found = 0
        """How often it was found so far."""

    def __call__(self, data: bytes) -> list[bytes]:
        """The pieces that go on."""
        text = self._held + data
        out = b""
        while not (self._once and self.found):
            at = self._folded(text).find(self._find)
            if at < 0:
                break
            out += text[:at] + self._put
            text = text[at + len(self._find) :]
            self.found += 1
        keep = self._beginning(text) if data and not (self._once and self.found) else 0
        self._held = text[len(text) - keep :]
        out += text[: len(text) - keep]
        return [out] if out else []

    def _folded(self, text: bytes) -> bytes:
        return text.lower() if self._ignore_case else text

    def _beginning(self, text: bytes) -> int:
        """How many bytes at the end of ``text`` may be the beginning of what is looked for."""
        text = self._folded(text)
        longest = min(len(self._find) - 1, len(text))
        return next((size for size in range(longest, 0, -1) if text.endswith(self._find[:size])), 0)
