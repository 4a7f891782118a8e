"""Hides credentials in what the lab keeps: cookies, authorization, and names and passwords in URLs.

A value is replaced by a mark that is the same for the same value in one run (``(hidden 3f9a1c)``), so that a hop
that changes or drops one is still seen. The mark is keyed with random bytes that are kept nowhere: it does not
tell the value, and two runs cannot be compared by it.
"""

import hashlib
import json
import re
import secrets
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lab.events import Event

COOKIES = frozenset({"cookie", "set-cookie", "cookie2", "set-cookie2"})
CREDENTIALS = frozenset({"authorization", "proxy-authorization", "authentication-info", "proxy-authentication-info"})

_USER_INFO = re.compile(r"(?<=://)[^/?#\s@]+(?=@)")
_FIELD = re.compile(r"^([^\s:]+)(:[ \t]*)(.*\S)", re.MULTILINE)
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "secure", "httponly", "samesite", "partitioned", "priority", "version"}
)
"""Of Set-Cookie (RFC 6265bis, section 4.1.2): what follows the first pair and is no secret."""
_LEAST = 8
"""So long a value is hidden wherever else it turns up; a shorter one would be found in words that are none."""


class Redaction:
    """What hides the credentials of one run."""

    def __init__(self, *, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(16) if key is None else key
        self._known: dict[str, str] = {}

    def events(self, events: Iterable[Event]) -> list[Event]:
        """The events without credentials: in headers, in URLs, and wherever else a header's value turns up."""
        headed = [
            (event, {key: self._headers(value) if key == "headers" else value for key, value in event.data.items()})
            for event in events
        ]
        return [Event(event.t_ms, event.vantage, event.kind, self._anywhere(data)) for event, data in headed]

    def header(self, name: str, value: str) -> str:
        """The value of a header, with what is secret in it hidden."""
        name = name.lower()
        if name in COOKIES:
            pairs = value.split(";")
            return ";".join(self._pair(pair, first=place == 0, of=name) for place, pair in enumerate(pairs))
        if name in CREDENTIALS:
            scheme, space, rest = value.partition(" ")
            return f"{scheme} {self._hidden(rest)}" if space else self._hidden(value)
        return self.url(value)

    def url(self, text: str) -> str:
        """A text with user names and passwords in its URLs hidden."""
        return _USER_INFO.sub(lambda found: self._hidden(found[0]), text) if "@" in text else text

    def har(self, value: Any) -> Any:
        """A HAR, or a part of one, without credentials: wherever a name and a value stand side by side."""
        if isinstance(value, list):
            return [self.har(each) for each in value]
        if not isinstance(value, Mapping):
            return self.url(value) if isinstance(value, str) else value
        found = {key: self.har(each) for key, each in value.items()}
        if isinstance(found.get("name"), str) and isinstance(found.get("value"), str):
            found["value"] = self.header(found["name"], found["value"])
        for cookie in found.get("cookies") or ():
            if isinstance(cookie, dict) and isinstance(cookie.get("value"), str):
                cookie["value"] = self._hidden(cookie["value"])
        return found

    def trace(self, path: Path) -> None:
        """Rewrite a trace of Playwright in place: what it says of requests is lines of JSON, ``*.network``.

        Raises:
            OSError, ValueError, zipfile.BadZipFile: It cannot be read, or is no such trace; it is as it was.
        """
        fresh = path.with_name(f".{path.name}")
        try:
            with zipfile.ZipFile(path) as old, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new:
                for member in old.infolist():
                    content = old.read(member)
                    new.writestr(member, self._lines(content) if member.filename.endswith(".network") else content)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def _lines(self, content: bytes) -> bytes:
        lines = [json.dumps(self.har(json.loads(line))) for line in content.splitlines() if line.strip()]
        return "".join(f"{line}\n" for line in lines).encode("utf-8")

    def _headers(self, value: Any) -> Any:
        """The lab's own ``headers`` are pairs of name and value; a behaviour of somebody's may have another form."""
        if isinstance(value, Mapping):
            return {name: self._values(name, each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._field(each) for each in value]
        return self._lined(value) if isinstance(value, str) else value

    def _field(self, field: Any) -> Any:
        """One of a list: a pair, an object as in a HAR, a line. What is none of these stays as it is."""
        match field:
            case [name, value]:
                return [name, self._values(name, value)]
            case str():
                return self._lined(field)
            case {"name": _, "value": _}:
                return self.har(field)
        return field

    def _values(self, name: Any, value: Any) -> Any:
        """The value of a header, or all of those that it has."""
        if isinstance(value, list | tuple):
            return [self._values(name, each) for each in value]
        return self.header(str(name), str(value)) if isinstance(value, str | int) else value

    def _lined(self, text: str) -> str:
        """A text with lines of ``Name: value`` in it; a line without a colon may be a name alone."""
        return _FIELD.sub(lambda found: found[1] + found[2] + self.header(found[1], found[3]), text)

    def _pair(self, pair: str, *, first: bool, of: str) -> str:
        name, sign, value = pair.partition("=")
        if not sign or (of.startswith("set-") and not first and name.strip().lower() in _ATTRIBUTES):
            return pair
        return f"{name}={self._hidden(value)}"

    def _hidden(self, value: str) -> str:
        if not value or value.startswith("(hidden "):
            return value
        digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=self._key, digest_size=3)
        mark = f"(hidden {digest.hexdigest()})"
        if len(value) >= _LEAST:
            self._known[value] = mark
        return mark

    def _anywhere(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret, mark in self._known.items():
                if secret in value:
                    value = value.replace(secret, mark)
            return self.url(value)
        if isinstance(value, Mapping):
            return {key: self._anywhere(each) for key, each in value.items()}
        return [self._anywhere(each) for each in value] if isinstance(value, list | tuple) else value


class NoRedaction(Redaction):
    """Hides nothing: for whoever asks for it."""

    def events(self, events: Iterable[Event]) -> list[Event]:
        """The events as they are."""
        return list(events)

    def header(self, name: str, value: str) -> str:
        """The value as it is."""
        return value

    def url(self, text: str) -> str:
        """The text as it is."""
        return text

    def har(self, value: Any) -> Any:
        """The HAR as it is."""
        return value

    def trace(self, path: Path) -> None:
        """Leave the trace as it is."""
