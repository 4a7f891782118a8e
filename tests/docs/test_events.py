"""The page on events lists what the code emits: each kind with its keys, at its vantages, and nothing else."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "events.md"
RECORDER = ROOT / "lab" / "browser" / "page" / "recorder"

HOP = ("hopN", "hopN.client, hopN.server")
SECTIONS = {
    "lab/browser/": ("browser", "lab"),
    "lab/network/": (*HOP, "server"),
    "lab/runner/": ("lab",),
    "lab/server/": ("server",),
}
"""The sections of the page that list what is emitted in a room."""
TWICE = {("lab", "late"), ("lab", "head_room")}
"""Described in the browser's section, and referred to."""


@dataclass(frozen=True)
class Emitted:
    """One place in the code where a kind is emitted."""

    place: str
    kind: str
    keys: frozenset[str]
    """Those that stand in the code by name."""


def in_python(root: Path) -> Iterator[Emitted]:
    """Calls of an `Emit`: named ``emit``, annotated as one where it comes in, or just made (``bind("lab")``)."""
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(tuple(SECTIONS)):
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        takes = [each for node in nodes if isinstance(node, ast.arguments) for each in (*node.args, *node.kwonlyargs)]
        emits = {each.arg for each in takes if each.annotation and ast.unparse(each.annotation) == "Emit"} | {"emit"}
        for node in nodes:
            if isinstance(node, ast.Call) and node.args and _name(node.func).strip("_") in {*emits, ""}:
                kind = node.args[0]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                    yield Emitted(f"{place}:{node.lineno}", kind.value, frozenset(_keys(node)))


def _name(called: ast.expr) -> str:
    return getattr(called, "id", "") or getattr(called, "attr", "")


def _keys(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg
        elif isinstance(keyword.value, ast.Dict):
            yield from (str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant))


def in_page() -> Iterator[Emitted]:
    """Calls of ``emit("kind", {...})`` in the recorder that runs in the page."""
    for path in sorted(RECORDER.glob("*.js")):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\bemit\(\"([a-z._]+)\"(?:, \{(.*?)\})?", text, re.DOTALL):
            line = text.count("\n", 0, found.start()) + 1
            keys = re.findall(r"(?:^|,)\s*(\w+):", found[2] or "")
            yield Emitted(f"lab/browser/page/recorder/{path.name}:{line}", found[1], frozenset(keys))


def listed() -> dict[tuple[str, str], str]:
    """(section, kind) -> the text of its row."""
    rows: dict[tuple[str, str], str] = {}
    for section in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading = section.splitlines()[0]
        for row in re.findall(r"^\| (`.*)$", section, re.MULTILINE):
            kinds, _, said = row.partition(" | ")
            rows |= {(heading, kind): said for kind in re.findall(r"`([^`]+)`", kinds)}
    return rows


EMITTED = [*in_python(ROOT / "lab"), *in_page()]
LISTED = listed()


def _sections(place: str) -> tuple[str, ...]:
    return next(sections for room, sections in SECTIONS.items() if place.startswith(room))


@pytest.mark.parametrize("emitted", EMITTED, ids=lambda emitted: f"{emitted.kind}@{emitted.place}")
def test_page_lists_kind_with_its_keys(emitted: Emitted) -> None:
    rows = {
        section: LISTED[section, emitted.kind]
        for section in _sections(emitted.place)
        if (section, emitted.kind) in LISTED
    }
    assert rows, f"{PAGE.name} lists no {emitted.kind}"
    if not any((section, emitted.kind) in TWICE for section in rows):
        lists = [set(re.findall(r"`(\w+)`", said)) for said in rows.values()]
        assert any(emitted.keys <= keys for keys in lists), f"{emitted.kind}: {sorted(emitted.keys)}"


def test_page_lists_no_kind_that_nobody_emits() -> None:
    emitted = {(section, each.kind) for each in EMITTED for section in _sections(each.place)}
    assert set(LISTED) <= emitted


@pytest.mark.parametrize("room", [*SECTIONS, "lab/browser/page/recorder/"])
def test_emitting_is_found_in_every_room(room: str) -> None:
    assert any(each.place.startswith(room) for each in EMITTED)
