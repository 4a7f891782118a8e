"""Changing the bodies of responses as they pass, without holding them back.

A behaviour that does so is a `BodyChange`: it says for each response what becomes of its pieces. The change is a
stage (lab/network/body.py): several may follow each other in one hop, with others between them that hold or cut it.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from mitmproxy import http

from lab.network import body
from lab.network.behaviour import Behaviour

Change = Callable[[bytes], Iterable[bytes]]
"""Called with each piece of a body, and with none at its end: which pieces go on in its place."""

_NO_BODY = frozenset({101, 204, 205, 304})


class BodyChange(Behaviour):
    """A behaviour that changes bodies of responses."""

    resizes: ClassVar[bool] = True
    """Whether the changed body may have another length."""

    def change(self, flow: http.HTTPFlow, response: http.Response) -> Change | None:
        """What becomes of the body of this response, whose head has come; None where it stays as it is.

        A compressed body is not asked about, nor a response that has none.
        """
        return None

    def join(self, flow: http.HTTPFlow) -> None:
        """Begin with a body that is under way, unless its length was said and may become another."""
        if not self.resizes or (flow.response is not None and "content-length" not in flow.response.headers):
            self.responseheaders(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to change the body, if it is one to be changed."""
        response = flow.response
        if response is None or response.status_code in _NO_BODY or flow.request.method == "HEAD":
            return
        if response.headers.get("content-encoding", "identity") != "identity":
            return
        change = self.change(flow, response)
        if change is not None:
            if self.resizes:
                body.changes_length(response)
            body.add(flow, _Changing(change))

    def replace(self, flow: http.HTTPFlow, made: http.Response) -> None:
        """Put a response of the hop's own in place of the server's, and let the server go.

        To be called in ``responseheaders``, by a behaviour that has no hook ``response`` but this.
        """
        response = flow.response
        assert response is not None
        response.status_code, response.reason = made.status_code, made.reason
        response.headers = made.headers
        flow.metadata[_REPLACEMENT] = made.raw_content or b""
        body.add(flow, _Replacing(made.raw_content or b""))

    def response(self, flow: http.HTTPFlow) -> None:
        """Put in the hop's own body where the server's was empty: no stage sees such a one."""
        if flow.response is not None and flow.response.raw_content == b"" and _REPLACEMENT in flow.metadata:
            flow.response.raw_content = flow.metadata.pop(_REPLACEMENT)


_REPLACEMENT = "lab.replacement"


class _Changing(body.Stage):
    """A change as a stage."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def lift(self, now_s: float) -> Iterable[body.Item]:
        return self._change(b"")

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        return self._change(data)

    def end(self, now_s: float) -> Iterable[body.Item]:
        return [*self._change(b""), body.END]


class _Replacing(body.Stage):
    """One body in place of another, as soon as the head has come; the server's side is cut off."""

    stays = True

    def __init__(self, whole: bytes) -> None:
        self._whole = whole
        self._over = False

    def head(self, now_s: float) -> None:
        self.due_s = now_s

    def tick(self, now_s: float) -> Iterable[body.Item]:
        return self._instead(body.End(upstream="cut", text="the hop had an answer of its own"))

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        return self.tick(now_s)

    def end(self, now_s: float) -> Iterable[body.Item]:
        return self._instead(body.END)

    def _instead(self, end: body.End) -> Iterable[body.Item]:
        self.due_s = None
        if self._over:
            return []
        self._over = True
        return [self._whole, end]
