"""What the pages of a report share: their templates, their policy, and links that cannot lead elsewhere.

The pages open from disk and fetch nothing but the files beside them. Their content security policy lets nothing
run or style them but those files: no script and no style may stand in a page itself, so whatever markup a
scenario or a server might get past the escaping would still do nothing. For a page from disk, ``'self'`` means
the scheme file: in Chromium, Firefox and WebKit alike (tried with each of them).
"""

import json
import shlex
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lab.report import library, words
from lab.report.files import replace
from lab.report.grid import in_words, name_of, rest_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)

_here = Path(__file__).parent


def render(template: str, **values: Any) -> bytes:
    """A page's bytes."""
    return _environment().get_template(template).render(policy=POLICY, **values).encode("utf-8")


def write_assets(folder: Path) -> bool:
    """Put what the pages need into ``assets/``; returns whether the drawing library is among it."""
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)
    drawing = library.files()
    own = {path.name: path.read_bytes() for path in sorted((_here / "assets").iterdir()) if path.is_file()}
    for name, content in {**own, **drawing}.items():
        replace(assets / name, content)
    return bool(drawing)


def link(path: str, up: str = "") -> str | None:
    """A relative link to ``path`` below the run's folder, or None where the path leads elsewhere.

    Each part is percent-encoded, colons too: what reads ``javascript:...`` becomes the name of a file. ``up``
    is how a page of a folder further down gets to the run's folder.
    """
    parts = path.split("/")
    if not path or ".." in parts or path.startswith("/"):
        return None
    return up + "/".join(quote(part.encode("utf-8", "backslashreplace"), safe="") for part in parts)


def as_data(value: Any) -> Markup:
    """JSON to stand in a script element of the type application/json: no markup can end that element.

    Control characters and marks of direction are written out, as everywhere in a page (see `words.visible`).
    """
    text = json.dumps(_visible(value), ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return words.visible(value, keep="\t\n")
    if isinstance(value, dict):
        return {_visible(key): _visible(each) for key, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, list | tuple) else value


def prose(text: str) -> Markup:
    """Text in which what stands between two backticks is code, as in a scenario's ``why`` and in hints."""
    parts = words.visible(text, keep="\t\n").split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def exactly(ms: float) -> str:
    """A time to a tenth of a millisecond: ``1,261.3 ms``."""
    return f"{ms:,.1f}".removesuffix(".0") + " ms"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_here / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.globals.update(
        signs=words.SIGNS,
        verdict=words.verdict,
        counts=words.counts,
        uncounted=words.uncounted,
        told_try=words.told_try,
        causes=words.causes,
        troubles=words.troubles,
        landed=words.landed,
        matrix_words=words.matrix_words,
        in_words=in_words,
        name_of=name_of,
        rest_of=rest_of,
    )
    environment.filters.update(
        duration=words.duration,
        exactly=exactly,
        prose=prose,
        shell=shlex.join,
        moment=words.moment,
        way_told=lambda case: words.way_told(case, "→"),
    )
    return environment


def _finalize(value: object) -> object:
    """What any expression of a template comes to, before it is escaped."""
    return words.visible(value, keep="\t\n") if isinstance(value, str) and not isinstance(value, Markup) else value
